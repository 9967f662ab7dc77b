"""Makes the mongod on a port of this machine a replica set of one, and waits until it takes writes."""

import sys
import time

import pymongo
from pymongo.errors import PyMongoError

port = int(sys.argv[1])
client = pymongo.MongoClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=30_000)
members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
deadline = time.monotonic() + 30
while True:
    try:
        if client.admin.command("hello")["isWritablePrimary"]:
            break
    except PyMongoError:
        pass
    if time.monotonic() > deadline:
        sys.exit("the replica set has no primary")
    time.sleep(0.1)
