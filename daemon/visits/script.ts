/**
 * What runs in the browser of somebody without the app, as it is sent. It asks first, waits for the yes of the owner, and brings
 * one file after another by tus. The browser remembers under which id a file was asked for: chosen again after a break, it goes
 * on where it is here. A connection that moves nothing is given up, for a phone that slept may not know that it is dead.
 */
export const script = `
const list=document.querySelector('#files'),input=document.querySelector('#pick'),left=document.querySelector('#left');
const base=location.pathname.replace(/\\/$/,''),mine='kith '+base+' ',stallMs=60000;
const keep={
  get(k){try{return localStorage.getItem(mine+k)}catch{return null}},
  set(k,v){try{localStorage.setItem(mine+k,v)}catch{}},
  drop(k){try{localStorage.removeItem(mine+k)}catch{}},
  all(){try{return Object.keys(localStorage).filter(k=>k.startsWith(mine)).map(k=>k.slice(mine.length))}catch{return[]}},
};
const keyOf=f=>JSON.stringify([f.name,f.size,f.lastModified]);
class Over extends Error{}
class Busy extends Error{}
const tus={'Tus-Resumable':'1.0.0'};
const now={wake(){},queue:Promise.resolve()};
for(const e of ['online','pageshow'])addEventListener(e,()=>now.wake());
document.addEventListener('visibilitychange',()=>document.hidden||now.wake());
const wait=ms=>new Promise(r=>{const t=setTimeout(r,ms);now.wake=()=>{clearTimeout(t);r()}});
/* Over when the answer is final; any other failure is a break. */
async function ask(path,init={}){
  const late=new AbortController(),timer=setTimeout(()=>late.abort(),stallMs);
  const r=await fetch(base+path,{...init,signal:late.signal,headers:init.method==='HEAD'?tus:{}}).finally(()=>clearTimeout(timer));
  if(r.ok)return r;
  if(r.status===423)throw new Busy();
  const said=(await r.text()).trim();
  if([401,403,404,410,413,429].includes(r.status))throw new Over(r.status===401?'The PIN is asked for again: load the page anew.':said||'They do not take it any more.');
  throw new Error(said||'It did not work.');
}
async function question(file,key){
  const id=keep.get(key);
  if(id){
    try{await ask('/asks/'+id);return id}catch(e){if(!(e instanceof Over))throw e;keep.drop(key)}
  }
  const made=await(await ask('/asks',{method:'POST',body:JSON.stringify({name:file.name,size:file.size})})).json();
  keep.set(key,made.id);
  return made.id;
}
function bring(id,file,at,moved,row){
  return new Promise((done,fail)=>{
    const r=new XMLHttpRequest();
    let timer;
    row.cut=()=>r.abort();
    const alive=()=>{clearTimeout(timer);timer=setTimeout(()=>r.abort(),stallMs)};
    r.open('PATCH',base+'/asks/'+id);
    r.setRequestHeader('Tus-Resumable','1.0.0');
    r.setRequestHeader('Upload-Offset',at);
    r.setRequestHeader('Content-Type','application/offset+octet-stream');
    r.upload.onprogress=e=>{alive();moved(at+e.loaded)};
    r.onload=()=>{
      if(r.status===204)return done(Number(r.getResponseHeader('Upload-Offset')));
      fail([403,404,410,413].includes(r.status)?new Over(r.responseText.trim()):new Error(r.responseText.trim()));
    };
    r.onerror=r.onabort=()=>fail(new Error('The connection broke.'));
    r.onloadend=()=>{clearTimeout(timer);row.cut=undefined};
    alive();
    r.send(at===0?file:file.slice(at));
  });
}
async function send(file,row){
  const {say,bar,stop}=row,key=keyOf(file);
  const percent=at=>file.size===0?'':' '+Math.floor(at/file.size*100)+' %';
  const moved=at=>{bar.value=file.size===0?1:at/file.size};
  let id,tries=0,known=false,said='';
  stop.onclick=()=>{row.over=true;now.wake();row.cut?.()};
  const tell=t=>{if(t!==said)say(said=t)};
  for(;;){
    if(row.over){
      if(id)fetch(base+'/asks/'+id,{method:'DELETE',headers:tus}).catch(()=>{});
      keep.drop(key);
      throw new Over('Stopped.');
    }
    try{
      if(!known){id=await question(file,key);known=true}
      const {state}=await(await ask('/asks/'+id)).json();
      if(state==='refused'||state==='failed'){keep.drop(key);throw new Over(state==='refused'?'They do not want it.':'It waited too long. Choose it again.')}
      if(state==='waiting'){tries=0;tell('Waiting for a yes…');await wait(700);continue}
      const at=Number((await ask('/asks/'+id,{method:'HEAD'})).headers.get('Upload-Offset'));
      moved(at);
      tell(at>0?'Going on from'+percent(at)+'…':'Sending…');
      const there=at>0&&at===file.size?at:await bring(id,file,at,moved,row);
      if(there>at)tries=0;
      if(there===file.size){keep.drop(key);moved(there);return tell('Arrived.')}
    }catch(e){
      if(e instanceof Over&&!row.over){keep.drop(key);throw e}
      if(row.over)continue;
      tell(e instanceof Busy?'It is on its way already…':'No connection. It goes on by itself…');
      await wait(Math.min(1000*2**tries++,10000));
    }
  }
}
function rowOf(file){
  const row=document.createElement('li'),name=document.createElement('div'),state=document.createElement('div'),bar=document.createElement('progress'),stop=document.createElement('button');
  name.textContent=file.name;state.setAttribute('role','status');state.textContent='Waits for its turn.';
  bar.max=1;bar.value=0;bar.setAttribute('aria-label',file.name);
  stop.type='button';stop.className='stop';stop.textContent='Stop';stop.setAttribute('aria-label','Stop '+file.name);
  row.append(name,state,bar,stop);list.append(row);
  return {say:t=>state.textContent=t,bar,stop,over:false};
}
input.onchange=()=>{
  const all=[...input.files];input.value='';
  for(const file of all){
    const row=rowOf(file);
    row.stop.onclick=()=>{row.over=true};
    now.queue=now.queue.then(async()=>{
      try{await send(file,row)}catch(e){row.say(e.message||'It did not work.')}
      row.stop.remove();
      showLeft();
    });
  }
  showLeft();
};
/* What this browser began and did not bring to its end, in an earlier life of this page. */
async function showLeft(){
  const names=[];
  for(const key of keep.all()){
    const id=keep.get(key);
    try{
      const {state}=await(await ask('/asks/'+id)).json();
      if(state==='done'||state==='refused'||state==='failed')keep.drop(key);
      else if(![...list.querySelectorAll('progress')].some(p=>p.getAttribute('aria-label')===JSON.parse(key)[0]))names.push(JSON.parse(key)[0]);
    }catch(e){if(e instanceof Over)keep.drop(key)}
  }
  left.hidden=names.length===0;
  left.textContent='Not finished: '+names.join(', ')+'. Choose it again, and it goes on where it was.';
}
showLeft();`
