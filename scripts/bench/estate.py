"""Serves an AWS account of ROLES roles and USERS users with a key each from moto on 127.0.0.1:PORT, filled without the network.

Usage: estate.py PORT ROLES USERS
"""

import json
import sys
import time

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.server import ThreadedMotoServer

port, roles, users = (int(number) for number in sys.argv[1:4])
trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
account = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
for number in range(roles):
    account.create_role(
        role_name=f"workload-{number:06d}",
        assume_role_policy_document=trust,
        path="/",
        permissions_boundary=None,
        description="",
        tags=[{"Key": "owner", "Value": f"team-{number % 20}"}],
        max_session_duration=3600,
    )
for number in range(users):
    name = f"service-{number:04d}"
    account.create_user("aws", name, path="/", tags=[{"Key": "owner", "Value": f"team-{number % 20}"}])
    account.create_access_key(name)
ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False).start()
while True:
    time.sleep(3600)
