"""A receiver of the LocalSend protocol, version 2.1, as its specification has it: see localsend.ts beside it."""
import hashlib, http.server, json, os, secrets, socket, ssl, sys, threading, time, urllib.parse

folder, address, alias, claimed = sys.argv[1:5]
PORT, GROUP = 53317, '224.0.0.167'
with open(f'{folder}/certificate.pem') as file:
    own = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()
info = {'alias': alias, 'version': '2.1', 'deviceModel': 'Python', 'deviceType': 'mobile', 'fingerprint': claimed or own,
        'port': PORT, 'protocol': 'https', 'download': False}
sessions = {}
lock = threading.Lock()

def saw(**what):
    with lock, open(f'{folder}/saw', 'a') as file:
        file.write(json.dumps(what) + '\n')

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def say(self, status, what=None):
        body = b'' if what is None else json.dumps(what).encode()
        self.send_response(status)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get('content-length', 0)))

    def do_GET(self):
        saw(what='info')
        self.say(200, info)

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        what = url.path.removeprefix('/api/localsend/v2/')
        with open(f'{folder}/mode') as file:
            mode, _, pin = file.read().partition(' ')
        if what == 'register':
            saw(what=what, body=self.body().decode())
            return self.say(200, info)
        if what == 'prepare-upload':
            text = self.body().decode()
            saw(what=what, body=text, query=query)
            if mode == 'pin' and query.get('pin') != pin:
                return self.say(401, {'message': 'PIN required'})
            if mode == 'decline':
                return self.say(403, {'message': 'Rejected'})
            if mode == 'busy':
                return self.say(409, {'message': 'Blocked by another session'})
            session = secrets.token_hex(8)
            sessions[session] = {one: secrets.token_hex(8) for one in json.loads(text)['files']}
            return self.say(200, {'sessionId': session, 'files': sessions[session]})
        if what == 'upload':
            if sessions.get(query.get('sessionId'), {}).get(query.get('fileId')) != query.get('token'):
                return self.say(403)
            digest, left = hashlib.sha256(), int(self.headers['content-length'])
            while left > 0:
                part = self.rfile.read(min(left, 65536))
                if not part:
                    break
                digest.update(part)
                left -= len(part)
                if mode == 'slow':
                    time.sleep(1)
            saw(what=what, query=query, sha256=digest.hexdigest() if left == 0 else 'cut')
            return self.say(200)
        if what == 'cancel':
            saw(what=what, query=query)
            return self.say(200)
        self.say(404)

class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f'{folder}/certificate.pem', f'{folder}/key.pem')
server = Server((address, PORT), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

def announce():
    while True:
        group.sendto(json.dumps({**info, 'announce': True}).encode(), (GROUP, PORT))
        time.sleep(1)

threading.Thread(target=announce, daemon=True).start()
with open(f'{folder}/fingerprint', 'w') as file:
    file.write(own)
server.serve_forever()
