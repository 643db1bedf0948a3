"""One host of the tests' network (ovs.ts). Python, because Node can set neither the type of service of a datagram nor
read it, and Debian's openvswitch-switch brings Python anyway. Not product code.

  roce-host.py respond                              UDP and TCP port 4791: acknowledges messages, answers CE with a CNP
  roce-host.py roce TARGET SECONDS ON_MS OFF_MS PACKETS_PER_SECOND PAYLOAD CE_EVERY
  roce-host.py tcp TARGET BYTES                     a TCP connection to port 4791, which is not RoCEv2

`respond` prints "ready", then after each lull one JSON line of totals; the senders print one JSON line at the end.
Packets are InfiniBand transport as RoCEv2 carries it (IBA vol. 1, 9.2 and annex A17), with an ICRC of zero.
"""
import json
import random
import selectors
import socket
import struct
import sys
import time

PORT = 4791
DSCP = 26
ECT0, CE = 2, 3
MESSAGE_PACKETS = 16
DATA_QP, ACK_QP = 0x12, 0x13
IP_RECVTOS = 13  # linux/in.h, asm-generic/socket.h; Python has no names for them
SO_RCVBUFFORCE = 33
HEADERS_AND_FCS = 14 + 20 + 8 + 4  # Ethernet, IPv4, UDP, FCS: what a UDP payload weighs more on the wire


def bth(opcode, qp, psn, ack_request=False):
    return struct.pack('!BBHII', opcode, 0x40, 0xFFFF, qp, (0x80000000 if ack_request else 0) | (psn & 0xFFFFFF))


def on_wire(payload):
    return max(64, payload + HEADERS_AND_FCS)


def udp_socket():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('', 49152 + random.randrange(16384)))
    return s


def send_roce(target, seconds, on_ms, off_ms, per_second, payload, ce_every):
    s = udp_socket()
    totals = {'frames': 0, 'bytes': 0, 'ce': 0, 'messages': 0}
    start, cycle, due, psn = time.monotonic(), (on_ms + off_ms) / 1000, 0.0, 0
    marked = None
    while (at := time.monotonic() - start) < seconds:
        if at % cycle * 1000 >= on_ms:
            due = (at // cycle + 1) * cycle
            time.sleep(max(0, min(due, seconds) - at))
            continue
        while due <= at and at < seconds:
            index = psn % MESSAGE_PACKETS
            first, last = index == 0, index == MESSAGE_PACKETS - 1
            opcode = 6 if first else 8 if last else 7  # RC RDMA WRITE first, last, middle
            reth = struct.pack('!QII', 0x10000, 7, MESSAGE_PACKETS * payload) if first else b''
            mark = ce_every > 0 and psn % ce_every == ce_every - 1
            if mark != marked:
                s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, DSCP << 2 | (CE if mark else ECT0))
                marked = mark
            sent = s.sendto(bth(opcode, DATA_QP, psn, last) + reth + bytes(payload) + bytes(4), (target, PORT))
            totals['frames'] += 1
            totals['bytes'] += on_wire(sent)
            totals['ce'] += mark
            totals['messages'] += last
            psn += 1
            due += 1 / per_second
        time.sleep(0.001)
    print(json.dumps(totals), flush=True)


def respond():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
    udp.setsockopt(socket.IPPROTO_IP, IP_RECVTOS, 1)
    udp.bind(('', PORT))
    answer = udp_socket()
    answer.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, DSCP << 2 | ECT0)
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(('', PORT))
    tcp.listen()
    selector = selectors.DefaultSelector()
    for listening in (udp, tcp):
        selector.register(listening, selectors.EVENT_READ)
    print('ready', flush=True)
    totals = {'received': 0, 'ce': 0, 'acks': 0, 'cnps': 0, 'answerBytes': 0, 'tcpBytes': 0}
    told = None
    while True:
        events = selector.select(0.1)
        if not events and told != totals:
            told = dict(totals)
            print(json.dumps(totals), flush=True)
        for key, _ in events:
            if key.fileobj is udp:
                receive(udp, answer, totals)
            elif key.fileobj is tcp:
                selector.register(tcp.accept()[0], selectors.EVENT_READ)
            elif data := key.fileobj.recv(1 << 16):
                totals['tcpBytes'] += len(data)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def receive(udp, answer, totals):
    packet, ancillary, _, (source, _) = udp.recvmsg(9216, 64)
    opcode, _, _, _, psn = struct.unpack_from('!BBHII', packet)
    if opcode not in (6, 7, 8):
        return  # an answer to what this host sent
    totals['received'] += 1
    if any(kind == socket.IP_TOS and data[0] & 3 == CE for _, kind, data in ancillary):
        totals['ce'] += 1
        totals['cnps'] += 1
        cnp = struct.pack('!BBHII', 0x81, 0x40, 0xFFFF, 0x40000000 | ACK_QP, 0) + bytes(16) + bytes(4)
        totals['answerBytes'] += on_wire(answer.sendto(cnp, (source, PORT)))
    if psn & 0x80000000:
        totals['acks'] += 1
        aeth = struct.pack('!I', 0x1F << 24 | psn // MESSAGE_PACKETS & 0xFFFFFF)
        ack = bth(0x11, ACK_QP, psn) + aeth + bytes(4)
        totals['answerBytes'] += on_wire(answer.sendto(ack, (source, PORT)))


def send_tcp(target, octets):
    with socket.create_connection((target, PORT), timeout=10) as s:
        s.sendall(bytes(octets))
    print(json.dumps({'bytes': octets}), flush=True)


if __name__ == '__main__':
    role, *words = sys.argv[1:]
    if role == 'respond':
        respond()
    elif role == 'tcp':
        send_tcp(words[0], int(words[1]))
    else:
        send_roce(words[0], *(float(w) for w in words[1:5]), *(int(w) for w in words[5:]))
