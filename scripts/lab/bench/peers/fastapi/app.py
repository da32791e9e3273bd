"""Products in SQLite, with Redis as a cache of answers. A write invalidates its product after the commit."""
import json
import os
import sqlite3
from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, condecimal
from redis.asyncio import Redis

CACHE_SECONDS = 300
COLUMNS = """id, sku, name, printf('%d.%02d', price_minor / 100, price_minor % 100) as price, currency, stock_level,
  version, created_at, updated_at, gtin, ads_item_id, low_stock_at"""
FIND = f"select {COLUMNS} from products where id = ?"
CHANGE = f"""update products set price_minor = ?, version = version + 1, updated_at = ?
  where id = ? and version = ? returning {COLUMNS}"""


def connect() -> sqlite3.Connection:
    database = sqlite3.connect(os.environ["DATABASE"], isolation_level=None, check_same_thread=False)
    database.execute("pragma synchronous = full")
    database.row_factory = sqlite3.Row
    return database


app = FastAPI()
cache = Redis.from_url(os.environ["REDIS_URL"])
reader, writer = connect(), connect()
# A commit waits for the disk: not in the event loop. SQLite has one writer at a time anyway.
writes = ThreadPoolExecutor(max_workers=1)


class Change(BaseModel):
    price: condecimal(ge=0, max_digits=12, decimal_places=2)


def change_price(id: int, minor: int, version: int):
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    rows = writer.execute(CHANGE, (minor, now, id, version)).fetchall()
    return rows[0] if rows else None


def find(id: int) -> sqlite3.Row:
    row = reader.execute(FIND, (id,)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no such product.")
    return row


def entry_of(row: sqlite3.Row) -> bytes:
    return f'"{row["version"]}"\n{json.dumps(dict(row))}'.encode()


def answer(entry: bytes) -> Response:
    etag, _, body = entry.partition(b"\n")
    return Response(body, media_type="application/json", headers={"ETag": etag.decode()})


@app.get("/v1/products/{id}")
async def read(id: int):
    entry = await cache.get(f"product:{id}")
    if entry is None:
        entry = entry_of(find(id))
        await cache.set(f"product:{id}", entry, ex=CACHE_SECONDS)
    return answer(entry)


@app.patch("/v1/products/{id}")
async def change(id: int, change: Change, if_match: str = Header(regex=r'^"\d+"$')):
    minor, version = int(change.price * 100), int(if_match.strip('"'))
    row = await get_running_loop().run_in_executor(writes, change_price, id, minor, version)
    if row is None:
        raise HTTPException(412, {"version": find(id)["version"]})
    await cache.delete(f"product:{id}")
    return answer(entry_of(row))
