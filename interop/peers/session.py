# A libtorrent session driven by lines of JSON on standard input; answers with one line each on standard output.
import base64
import json
import sys

import libtorrent as lt

settings = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "allow_multiple_connections_per_ip": True,
    "out_enc_policy": 2,
    "in_enc_policy": 2,
    "announce_to_all_trackers": True,
    "min_reconnect_time": 1,
    "alert_mask": lt.alert.category_t.error_notification | lt.alert.category_t.status_notification,
}
session = None
torrents = []


def start(of):
    global session
    settings["listen_interfaces"] = of["listen"]
    settings.update(of.get("settings", {}))
    session = lt.session(settings)
    return {"port": session.listen_port()}


def add(of):
    if "magnet" in of:
        params = lt.parse_magnet_uri(of["magnet"])
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(lt.bdecode(base64.b64decode(of["torrent"])))
    params.save_path = of["folder"]
    params.flags &= ~lt.torrent_flags.auto_managed
    params.flags &= ~lt.torrent_flags.paused
    torrents.append(session.add_torrent(params))
    if "only" in of:
        # A part seed: it fetches nothing, and gives what it found.
        torrents[-1].prioritize_pieces([0] * params.ti.num_pieces())
    return {}


def connect(of):
    torrents[-1].connect_peer((of["host"], of["port"]))
    return {}


def status(_):
    one = torrents[-1].status()
    return {
        "state": str(one.state),
        "bytes": one.total_done,
        "done": one.is_seeding,
        "finished": one.is_finished,
        "pieces": sum(one.pieces),
        "peers": one.num_peers,
        "up": one.total_payload_upload,
        "down": one.total_payload_download,
        "failed": one.total_failed_bytes,
        "error": one.errc.message() if one.errc.value() else "",
    }


def recheck(_):
    torrents[-1].force_recheck()
    return {}


def peers(_):
    return {
        "peers": [
            {"client": p.client.decode("utf-8", "replace"), "ip": p.ip[0], "port": p.ip[1], "flags": int(p.flags)}
            for p in torrents[-1].get_peer_info()
        ]
    }


def create(of):
    storage = lt.file_storage()
    lt.add_files(storage, of["path"])
    version2 = of.get("version2", False)
    flags = lt.create_torrent.v2_only if version2 else lt.create_torrent.v1_only
    made = lt.create_torrent(storage, of.get("pieceLength", 0), flags=flags)
    for url in of.get("trackers", []):
        made.add_tracker(url)
    for url in of.get("webSeeds", []):
        made.add_url_seed(url)
    lt.set_piece_hashes(made, of["folder"])
    generated = made.generate()
    info_hashes = lt.torrent_info(generated).info_hashes()
    info_hash = str(info_hashes.v2 if version2 else info_hashes.v1)
    return {"torrent": base64.b64encode(lt.bencode(generated)).decode(), "infoHash": info_hash}


calls = {f.__name__: f for f in (start, add, connect, status, recheck, peers, create)}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = calls[request["call"]](request)
    except Exception as error:
        answer = {"failed": str(error)}
    print(json.dumps(answer), flush=True)
