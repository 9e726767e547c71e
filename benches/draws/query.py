#!/usr/bin/env python3
"""Parents at the query page: so many questions over so many connections, and how long they waited.

    junheng draw serve DIR --release N/M --port 18430 &
    python3 benches/draws/query.py --port 18430 --receipts DIR/list.csv --questions 50000 --connections 64 --seconds 60

Questions come evenly over the seconds (0: as fast as they are answered). Only Python's standard library.
"""
import argparse
import asyncio
import json
import random
import time


async def ask(asked, receipts, waited, began, share):
    reader, writer = await asyncio.open_connection("127.0.0.1", asked.port)
    for nth in range(share):
        if asked.seconds:
            await asyncio.sleep(max(0, began + asked.seconds * nth / share - time.perf_counter()))
        receipt, start = random.choice(receipts), time.perf_counter()
        writer.write(f"GET /?n={receipt} HTTP/1.1\r\nHost: query\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200") and b"<section>" in body, receipt
        waited.append(time.perf_counter() - start)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--receipts", required=True)
    parser.add_argument("--questions", type=int, default=50_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with open(asked.receipts, encoding="utf-8") as file:
        receipts = [line.split(",")[1] for line in file.read().splitlines()[1:]]
    waited, began = [], time.perf_counter()
    share = asked.questions // asked.connections
    await asyncio.gather(*[ask(asked, receipts, waited, began, share) for _ in range(asked.connections)])
    waited.sort()
    at = lambda part: round(1000 * waited[min(len(waited) - 1, int(len(waited) * part))], 2)
    print(json.dumps(dict(questions=len(waited), seconds=round(time.perf_counter() - began, 1), p50_ms=at(.5), p99_ms=at(.99), most_ms=at(1))))


asyncio.run(main())
