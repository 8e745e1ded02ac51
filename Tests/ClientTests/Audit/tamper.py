#!/usr/bin/env python3
"""Tampers with the journals of a stopped server's SQLite file, for tests alone.

  tamper.py DATABASE KIND [--rehash]

KIND: edit-file edit-envelope edit-body erase-body insert delete reorder cut swap drop-journal
With --rehash the attacker numbers and hashes the journal anew and mends its head.
"""

import hashlib
import sqlite3
import sys


def sha256(data):
    return hashlib.sha256(data).digest()


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def decode(data):
    fields, at = [], 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        else:
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
        fields.append((key >> 3, value))
    return fields


def encode(fields):
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def with_field(envelope, number, value):
    fields = [field for field in decode(envelope) if field[0] != number]
    return encode(sorted(fields + [(number, value)], key=lambda field: field[0]))


class Fact:
    def __init__(self, sequence, envelope, body, hash_):
        self.sequence, self.envelope, self.body, self.hash = sequence, envelope, body, hash_

    def copy(self):
        return Fact(self.sequence, self.envelope, self.body, self.hash)


def rehash(facts):
    previous = bytes(32)
    for sequence, fact in enumerate(facts, 1):
        fact.sequence = sequence
        envelope = with_field(fact.envelope, 3, sequence)
        envelope = with_field(envelope, 10, previous)
        if fact.body:
            envelope = with_field(envelope, 11, sha256(fact.body))
        fact.envelope, fact.hash = envelope, sha256(envelope)
        previous = fact.hash


def flip(data, index):
    return data[:index] + bytes([data[index] ^ 1]) + data[index + 1:]


def salted(body):
    """The same body with other salt: field 1 comes first."""
    return with_field(body, 1, bytes(16))


def tamper(facts, kind):
    victim = facts[2]
    if kind == "edit-envelope":
        victim.envelope = with_field(victim.envelope, 4, 1_000_000)
    elif kind == "edit-body":
        victim.body = flip(victim.body, len(victim.body) - 1)
    elif kind == "erase-body":
        victim.body = b""
    elif kind == "insert":
        facts.insert(3, victim.copy())
        for sequence, fact in enumerate(facts, 1):
            fact.sequence = sequence
    elif kind == "delete":
        del facts[2]
    elif kind == "reorder":
        facts[2], facts[3] = facts[3], facts[2]
        facts[2].sequence, facts[3].sequence = facts[3].sequence, facts[2].sequence
    elif kind == "cut":
        del facts[-2:]
    elif kind == "swap":
        for fact in facts:
            fact.body = salted(fact.body)
        rehash(facts)
    elif kind == "drop-journal":
        del facts[:]
    else:
        sys.exit("no such kind: " + kind)


def main():
    path, kind, smart = sys.argv[1], sys.argv[2], "--rehash" in sys.argv
    database = sqlite3.connect(path)
    if kind == "edit-file":
        with database:
            row, content = database.execute("SELECT rowid, content FROM blob LIMIT 1").fetchone()
            database.execute(
                "UPDATE blob SET content = ? WHERE rowid = ?",
                (flip(content, len(content) // 2), row))
        return
    # The longest journal of a company.
    bureau, company = database.execute(
        "SELECT bureau, company FROM fact WHERE bureau <> company"
        " GROUP BY bureau, company ORDER BY count(*) DESC LIMIT 1").fetchone()
    rows = database.execute(
        "SELECT seq, envelope, body, hash FROM fact WHERE bureau = ? AND company = ? ORDER BY seq",
        (bureau, company)).fetchall()
    facts = [Fact(*row) for row in rows]
    assert len(facts) >= 8, "too few facts to tamper with"
    tamper(facts, kind)
    if smart:
        rehash(facts)
    with database:
        database.execute(
            "DELETE FROM fact WHERE bureau = ? AND company = ?", (bureau, company))
        database.executemany(
            "INSERT INTO fact (bureau, company, seq, envelope, body, hash)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(bureau, company, f.sequence, f.envelope, f.body, f.hash) for f in facts])
        if kind == "drop-journal":
            database.execute(
                "DELETE FROM stream WHERE bureau = ? AND company = ?", (bureau, company))
        elif smart or kind == "swap":
            database.execute(
                "UPDATE stream SET seq = ?, hash = ? WHERE bureau = ? AND company = ?",
                (facts[-1].sequence, facts[-1].hash, bureau, company))
    database.close()


main()
