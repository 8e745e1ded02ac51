"""Checks the proof of one payment of Bureau, offline: `bureau-verify payment-proof FILE`.

As bureau-verify, which it is a part of, it needs only Python's standard library and the `openssl`
command. docs/payment-proof.md says what is checked and how.
"""

import argparse
import base64
import calendar
import datetime
import decimal
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

DSIG = "http://www.w3.org/2000/09/xmldsig#"
TYPES = "http://www.bankid.com/signature/v1.0.0/types"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
METHODS = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": False,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": True,
}
# Facts by their number in bureau.facts.v1.Body.
ROLE_ASSIGNED, ROLE_REMOVED, CONSENT_GIVEN = 13, 14, 40
SIGNED, PARTLY_SIGNED, PREPARED, RECOVERED, DELIVERED = 54, 111, 70, 73, 71
RETURN_FILE, ACCEPTED, REJECTED, PAID, BOOKED, CHECKED, BANK_SIGNED = 80, 81, 82, 83, 170, 85, 184
ANSWERS = {ACCEPTED: "accepted", REJECTED: "rejected", PAID: "paid", BOOKED: "booked",
           BANK_SIGNED: "signed in the online bank", CHECKED: "looked up in the online bank"}
# Facts whose first field is the payment that they are about.
OF_PAYMENT = {51, 52, 53, SIGNED, 55, 56, ACCEPTED, REJECTED, PAID, 84, CHECKED, BOOKED,
              BANK_SIGNED, 275, 277, 278}
# Decimals of the smallest unit; two where not listed.
DECIMALS = {code: digits for digits, codes in {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND", 4: "CLF UYW"}.items() for code in codes.split()}
OCSP_WINDOW = 300  # seconds between signature and response
NONCE_OID = bytes.fromhex("06092b0601050507300102")


class Wrong(Exception):
    """A finding that ends a check."""


# --- Verdicts -----------------------------------------------------------------------------------


class Verdicts:
    NAMES = ["journal", "signature", "digest", "right", "sent", "answer", "code"]

    def __init__(self):
        self.broken = {name: [] for name in self.NAMES}
        self.not_shown = {name: [] for name in self.NAMES}
        self.none = {}  # name -> why there is nothing to check
        self.details = []

    def word(self, name):
        if self.broken[name]:
            return "BROKEN"
        if self.not_shown[name]:
            return "not shown"
        return self.none.get(name, "ok")

    def exit_code(self, base):
        if any(self.broken.values()):
            return base.EXIT_ALTERED
        return base.EXIT_NOT_SHOWN if any(self.not_shown.values()) else base.EXIT_OK

    def print(self):
        for name in self.NAMES:
            print("%-11s %s" % (name + ":", self.word(name)))
        for name, value in self.details:
            for line in (value.split("\n") if value else [""]):
                print("%-11s %s" % (name + ":", printable(line)))
        for findings in (self.broken, self.not_shown):
            for name in self.NAMES:
                for text in findings[name]:
                    print("%-11s %s: %s" % ("finding:", name, printable(text)))


def printable(text):
    """Nothing of a file that somebody else has made moves the terminal's cursor."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


# --- Protocol buffers ---------------------------------------------------------------------------


def values(base, data):
    """Field number -> all its values, in order."""
    found, at = {}, 0
    while at < len(data):
        key, at = base.varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = base.varint(data, at)
            value = value - (1 << 64) if value >> 63 else value
        elif kind == 2:
            size, at = base.varint(data, at)
            if at + size > len(data):
                raise base.Malformed("a field is cut off")
            value, at = data[at:at + size], at + size
        else:
            raise base.Malformed("a field has no known form")
        found.setdefault(number, []).append(value)
    return found


class Message:
    def __init__(self, base, data):
        self.base, self.fields = base, values(base, data)

    def _last(self, number, kind, default):
        value = self.fields.get(number, [default])[-1]
        if not isinstance(value, kind):
            raise self.base.Malformed("a field has another type")
        return value

    def number(self, number):
        return self._last(number, int, 0)

    def bytes(self, number):
        return self._last(number, bytes, b"")

    def text(self, number):
        return self.bytes(number).decode()

    def message(self, number):
        return Message(self.base, self.bytes(number))

    def messages(self, number):
        return [Message(self.base, value) for value in self.fields.get(number, [])]


class Fact:
    def __init__(self, base, sequence, envelope, body):
        self.sequence, self.hash = sequence, hashlib.sha256(envelope).digest()
        self.envelope = Message(base, envelope)
        self.kind = self.message = None
        if body is not None:
            told = values(base, body)
            kinds = [number for number in told if number >= 10]
            if len(kinds) == 1:
                self.kind = kinds[0]
                self.message = Message(base, told[self.kind][-1])
        self.time_us = self.envelope.number(4)
        self.bureau_sequence = self.envelope.number(9)


# --- XML, strictly: what these files never hold could hide something ----------------------------


def read_xml(data):
    if len(data) > 32 << 20 or b"<!" in data or data.count(b"<?") > data.startswith(b"<?xml"):
        raise Wrong("holds what such a file never holds")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError:
        raise Wrong("is no XML")


def canonical(element, inherited=None):
    """Canonical XML 1.0 of an element whose names have no prefix: the only ones that are read."""
    if not element.tag.startswith("{"):
        raise Wrong("has an element of no namespace")
    space, name = element.tag[1:].split("}")
    text = "<" + name + (' xmlns="%s"' % quoted(space) if space != inherited else "")
    for attribute in sorted(element.attrib):
        if attribute.startswith("{"):
            raise Wrong("has an attribute of another namespace")
        text += ' %s="%s"' % (attribute, quoted(element.attrib[attribute]))
    text += ">" + escaped(element.text or "")
    for child in element:
        text += canonical(child, space) + escaped(child.tail or "")
    return text + "</" + name + ">"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") \
        .replace("\r", "&#xD;")


def quoted(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;") \
        .replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")


def parts(element, *names):
    children = list(element)
    if [child.tag for child in children] != list(names):
        raise Wrong("is not of BankID's shape")
    return children


def decoded(text):
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except ValueError:
        raise Wrong("holds something that is not base64")


# --- A code by SMS ------------------------------------------------------------------------------


class CodeEvidence:
    """The server's own record of a code that was entered: as good as the journal that names it, and
    nobody's personal signature."""

    TITLE = "bureau/sms-approval/v1"
    NAMES = ["code", "user", "session", "phone", "message", "sent", "entered", "text", "visible",
             "hidden"]
    MINUTES = 5

    def __init__(self, content):
        lines = content.decode("ascii", "replace").split("\n")
        if lines[0] != self.TITLE or len(lines) != len(self.NAMES) + 2 or lines[-1]:
            raise Wrong("is no record of a code")
        values = {}
        for line, name in zip(lines[1:], self.NAMES):
            if not line.startswith(name + " "):
                raise Wrong("is no record of a code")
            values[name] = line[len(name) + 1:]
        try:
            self.user = bytes.fromhex(values["user"])
            self.sent, self.entered = int(values["sent"]), int(values["entered"])
            decode = lambda name: base64.b64decode(values[name], validate=True)
            self.text = decode("text").decode("utf-8", "replace")
            self.visible = decode("visible").decode("utf-8", "replace")
            self.hidden = decode("hidden")
        except ValueError:
            raise Wrong("is no record of a code")
        self.phone = values["phone"]

    def check(self, signature):
        if self.user != signature.user:
            raise Wrong("is of another person's code")
        if self.entered != signature.sign_us \
                or not 0 <= self.entered - self.sent < self.MINUTES * 60 * 1_000_000:
            raise Wrong("tells of a code that was too old, or of another time")
        if "*" not in self.phone:
            raise Wrong("shows a whole number")


# --- BankID -------------------------------------------------------------------------------------


class Evidence:
    """One BankID answer as it came: its signature, and what was signed."""

    def __init__(self, content):
        try:
            answer = json.loads(content.decode())
            completion = answer["completionData"]
            document = base64.b64decode(completion["signature"], validate=True)
            self.ocsp = base64.b64decode(completion["ocspResponse"], validate=True)
        except (ValueError, KeyError, TypeError):
            raise Wrong("is no answer of BankID")
        self.document = document
        root = read_xml(document)
        if root.tag != "{%s}Signature" % DSIG or b"xmlns:" in document:
            raise Wrong("is not of BankID's shape")
        names = ["{%s}%s" % (DSIG, n) for n in ("SignedInfo", "SignatureValue", "KeyInfo", "Object")]
        self.info, value, self.key_info, holder = parts(root, *names)
        self.data, = parts(holder, "{%s}bankIdSignedData" % TYPES)
        self.signature = decoded(value.text)
        x509, = parts(self.key_info, "{%s}X509Data" % DSIG)
        self.certificates = [decoded(c.text) for c in x509 if c.tag == "{%s}X509Certificate" % DSIG]
        if len(self.certificates) < 2 or len(self.certificates) != len(list(x509)):
            raise Wrong("holds no chain of certificates")
        texts = {child.tag.split("}")[1]: child for child in self.data}
        if len(texts) != len(list(self.data)):
            raise Wrong("says something twice")
        visible, hidden = texts.get("usrVisibleData"), texts.get("usrNonVisibleData")
        self.visible = decoded(visible.text).decode("utf-8", "replace") if visible is not None else ""
        self.hidden = decoded(hidden.text) if hidden is not None else b""
        function = [e.text for e in self.data.iter("{%s}funcId" % TYPES)]
        if function != ["Signing"]:
            raise Wrong("is no signature but something else")
        self.name = ""

    def check_signature(self):
        """That the signer's certificate has signed exactly these data."""
        method = self.info.find("{%s}SignatureMethod" % DSIG)
        form = self.info.find("{%s}CanonicalizationMethod" % DSIG)
        if method is None or form is None or form.get("Algorithm") != C14N \
                or method.get("Algorithm") not in METHODS:
            raise Wrong("is signed in a way that is not allowed")
        references = self.info.findall("{%s}Reference" % DSIG)
        for reference, (id_, element) in zip(
                references, [("bidSignedData", self.data), ("bidKeyInfo", self.key_info)]):
            transforms = [t.get("Algorithm") for t in reference.iter("{%s}Transform" % DSIG)]
            digest = reference.find("{%s}DigestMethod" % DSIG)
            value = reference.find("{%s}DigestValue" % DSIG)
            if reference.get("URI") != "#" + id_ or element.get("Id") != id_ \
                    or transforms != [C14N] or digest is None or value is None \
                    or digest.get("Algorithm") != SHA256:
                raise Wrong("does not cover exactly its data and its key")
            if hashlib.sha256(canonical(element).encode()).digest() != decoded(value.text):
                raise Wrong("is not over these data: they were changed")
        if len(references) != 2:
            raise Wrong("does not cover exactly its data and its key")
        signature = self.signature
        if METHODS[method.get("Algorithm")]:
            signature = der_of_ecdsa(signature)
        with tempfile.TemporaryDirectory() as folder:
            put = putting(folder)
            key = openssl("x509", "-inform", "DER", "-in", put("leaf", self.certificates[0]),
                          "-pubkey", "-noout")
            subject = openssl("x509", "-inform", "DER", "-in", put("leaf", self.certificates[0]),
                              "-noout", "-subject", "-nameopt", "utf8,sep_multiline,-esc_msb")
            names = re.findall(r"^\s*CN\s*=\s*(.*)$", subject.output, re.M)
            self.name = names[-1].strip() if names else ""
            done = openssl("dgst", "-sha256", "-verify", put("key", key.output.encode()),
                           "-signature", put("signature", signature),
                           put("info", canonical(self.info).encode()))
            if done.status != 0:
                raise Wrong("does not hold: its signature is not over these data")

    def check_person(self, root, at):
        """That the certificate leads to BankID's root and was good when it signed."""
        nonce = hashlib.sha256(self.document).digest()
        if self.ocsp.count(NONCE_OID) != 1 or NONCE_OID + bytes.fromhex("04220420") + nonce \
                not in self.ocsp:
            raise Wrong("has the word of BankID about another signature")
        with tempfile.TemporaryDirectory() as folder:
            put = putting(folder)
            pems = [pem(certificate) for certificate in self.certificates]
            leaf, issuer = put("leaf.pem", pems[0]), put("issuer.pem", pems[1])
            others, trust = put("others.pem", b"".join(pems[1:])), put("root.pem", root)
            seconds = str(at)
            chain = openssl("verify", "-attime", seconds, "-x509_strict", "-auth_level", "2",
                            "-no-CApath", "-no-CAstore", "-CAfile", trust, "-untrusted", others, leaf)
            if chain.status != 0:
                raise Wrong("is by a certificate that does not lead to this root")
            for digest in ("-sha1", "-sha256"):
                said = openssl("ocsp", "-respin", put("ocsp", self.ocsp), "-issuer", issuer, digest,
                               "-cert", leaf, "-CAfile", trust, "-no-CApath", "-no-CAstore",
                               "-verify_other", others, "-attime", seconds, "-no_nonce",
                               "-validity_period", "3155760000")
                if "No Status found" not in said.output:
                    break
            if "Response verify OK" not in said.output:
                raise Wrong("has a word about its certificate that is not BankID's")
            if "leaf.pem: good" not in said.output:
                raise Wrong("is by a certificate that BankID does not call good")
            made = re.search(r"This Update: (.+) GMT", said.output)
            if not made or abs(moment(made.group(1)) - at) > OCSP_WINDOW:
                raise Wrong("has a word about its certificate from another time")


def moment(text):
    return calendar.timegm(time.strptime(" ".join(text.split()), "%b %d %H:%M:%S %Y"))


def pem(der):
    text = base64.encodebytes(der).decode()
    return ("-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % text).encode()


def putting(folder):
    def put(name, content):
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path
    return put


class Answered:
    def __init__(self, status, output):
        self.status, self.output = status, output


def openssl(*arguments):
    run = subprocess.run(["openssl"] + list(arguments), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return Answered(run.returncode, run.stdout.decode("utf-8", "replace"))


def der_of_ecdsa(raw):
    """r and s side by side, as XML has them, to the sequence that openssl wants."""
    if len(raw) % 2 or not raw or len(raw) > 132:
        raise Wrong("has a signature of no known form")

    def integer(data):
        data = data.lstrip(b"\0") or b"\0"
        data = (b"\0" if data[0] > 127 else b"") + data
        return b"\x02" + bytes([len(data)]) + data

    half = len(raw) // 2
    body = integer(raw[:half]) + integer(raw[half:])
    return b"\x30" + (b"\x81" if len(body) > 127 else b"") + bytes([len(body)]) + body


# --- The proof ----------------------------------------------------------------------------------


class Journal:
    def __init__(self, company):
        self.company, self.facts, self.proofs = company, [], {}  # hash by sequence
        self.is_shown = True


class Proof:
    def __init__(self, base, verdicts, public_key):
        self.base, self.verdicts, self.public_key = base, verdicts, public_key
        self.statements, self.journals, self.signed, self.sent = {}, {}, {}, []
        self.blobs, self.journal, self.witness, self.is_ended = {}, None, None, False
        self.fact_count = 0

    def read(self, file, witness_path):
        base = self.base
        lines = iter(lambda: base.Export.line(file), None)
        header = [line.split(" ") for line in (next(lines, None) for _ in range(6)) if line]
        try:
            if [part[0] for part in header] != [
                    "bureau/payment-proof/v1", "bureau", "company", "payment", "time", "files"]:
                raise base.Malformed("no proof")
            self.bureau, self.company, self.payment = (
                base.unhex(header[n][1], 16) for n in (1, 2, 3))
            self.with_files = {"included": True, "left-out": False}[header[5][1]]
        except (base.Malformed, KeyError, IndexError):
            raise base.NotAFile("the file does not begin as a payment's proof")
        if witness_path:
            seen = base.Verdict()
            self.witness = base.Witness(witness_path, self.bureau, seen)
            self.verdicts.broken["journal"] += seen.integrity
            if self.public_key and self.witness.statements[-1].next_key != self.public_key:
                self.broken("journal", "The witness's newest statement has another audit key.")
        for number, line in enumerate(lines, 7):
            try:
                self.take(line.split(" "))
            except (base.Malformed, ValueError, IndexError, UnicodeDecodeError):
                self.broken("journal", "Line %d cannot be read." % number)
        if not self.is_ended:
            self.broken("journal", "The file is cut off: its end is missing.")

    def broken(self, name, text):
        self.verdicts.broken[name].append(text)

    def not_shown(self, name, text):
        if text not in self.verdicts.not_shown[name]:
            self.verdicts.not_shown[name].append(text)

    def take(self, line):
        if self.is_ended:
            raise self.base.Malformed("something follows the end")
        take = {("statement", 2): self.statement, ("journal", 2): self.begin,
                ("proof", 6): self.proof, ("fact", 4): self.fact, ("signed", 4): self.said,
                ("sent", 7): self.placed, ("blob", 4): self.blob, ("end", 3): self.end,
                }.get((line[0], len(line)))
        if take is None:
            raise self.base.Malformed("no such line")
        take(*line[1:])

    def statement(self, text):
        statement = self.base.Statement(self.base.unbase64(text))
        known = True
        if self.witness:
            known = self.base.Export.is_trusted(self, statement)
        elif self.public_key:
            known = statement.key == self.public_key
        if statement.bureau != self.bureau or not statement.is_genuine():
            self.broken("journal", "The signature of checkpoint %d does not hold." % statement.number)
        elif not known:
            self.broken("journal", "Checkpoint %d is not one of those that the witness and its key "
                        "know." % statement.number)
        else:
            self.statements[statement.number] = statement

    def begin(self, company):
        company = self.base.unhex(company, 16)
        if company not in (self.company, self.bureau) or company in self.journals:
            raise self.base.Malformed("another company")
        self.journal = self.journals[company] = Journal(company)

    def proof(self, number, index, sequence, fact, path):
        base, journal = self.base, self.journal
        number, index, sequence = base.whole(number), base.whole(index), base.whole(sequence)
        fact = base.unhex(fact, 32)
        path = [] if path == "-" else [base.unhex(hash_, 32) for hash_ in path.split(",")]
        if journal is None or journal.facts or len(path) > 64:
            raise base.Malformed("out of place")
        statement = self.statements.get(number)
        if not statement or not statement.is_checkpoint:
            return  # refused before, and said there
        leaf = base.leaf_hash(journal.company, sequence, fact)
        if base.root_from_path(leaf, index, statement.size, path) != statement.root:
            self.broken("journal", "The company is not in checkpoint %d as its proof says." % number)
        else:
            journal.proofs[sequence] = fact

    def fact(self, number, envelope, body):
        base, journal, number = self.base, self.journal, self.base.whole(number)
        envelope = base.unbase64(envelope)
        content = None if body in ("-", "*") else base.unbase64(body)
        if journal is None or self.signed or self.blobs:
            raise base.Malformed("out of place")
        fact = Fact(base, number, envelope, content)
        read = base.Envelope(envelope)
        if (read.bureau, read.company, read.sequence) != (self.bureau, journal.company, number):
            self.broken("journal", "Fact %d is another journal's, or stands elsewhere in it." % number)
        if content is not None and read.body_hash != base.sha256(content):
            self.broken("journal", "What fact %d says was changed." % number)
        before = journal.facts[-1] if journal.facts else None
        if before and number == before.sequence + 1:
            if read.previous_hash != before.hash:
                self.broken("journal", "Fact %d does not follow the one before." % number)
        elif before and number <= before.sequence:
            self.broken("journal", "Fact %d stands out of order." % number)
        elif before:
            self.close_run(before)
        journal.facts.append(fact)
        self.fact_count += 1

    def close_run(self, last):
        """The last of facts without a gap must be one that a checkpoint vouches for."""
        vouched = self.journal.proofs.get(last.sequence)
        if vouched is None:
            self.journal.is_shown = False
        elif vouched != last.hash:
            self.broken("journal", "Fact %d is not the one that a checkpoint vouches for."
                        % last.sequence)

    def said(self, number, evidence, text):
        self.signed[self.base.whole(number)] = (
            self.base.unhex(evidence, 32), self.base.unbase64(text).decode())

    def placed(self, number, instruction, file, offset, size, entry):
        base = self.base
        self.sent.append((base.whole(number), base.whole(instruction), base.unhex(file, 32),
                          base.whole(offset), base.whole(size), base.unbase64(entry)))

    def blob(self, kind, digest, content):
        digest, content = self.base.unhex(digest, 32), self.base.unbase64(content)
        name = {"evidence": "signature", "file": "sent", "answer": "answer"}.get(kind)
        if name is None or digest in self.blobs:
            raise self.base.Malformed("no such file")
        if self.base.sha256(content) != digest:
            self.broken(name, "The kept file %s was changed." % digest.hex()[:16])
        self.blobs[digest] = content

    def end(self, facts, blobs):
        self.is_ended = True
        if (self.base.whole(facts), self.base.whole(blobs)) != (self.fact_count, len(self.blobs)):
            self.broken("journal", "The file holds other facts and files than its end says.")

    # --- What it all says ---------------------------------------------------------------------

    def told(self, *kinds):
        journal = self.journals.get(self.company)
        return [f for f in (journal.facts if journal else []) if f.kind in kinds]

    def check(self, root):
        for journal in self.journals.values():
            self.journal = journal
            if journal.facts:
                self.close_run(journal.facts[-1])
        own = self.journals.get(self.company)
        if own is None or not own.facts:
            self.broken("journal", "Nothing of the company's journal is there.")
            return
        if not own.is_shown:
            self.not_shown("journal", "No checkpoint reaches these facts yet.")
        elif not self.witness and not self.public_key:
            self.not_shown("journal", "Give --witness or --public-key: else anyone may have signed "
                           "the checkpoints.")
        for fact in own.facts:
            if fact.kind in OF_PAYMENT and fact.message.bytes(1) != self.payment:
                self.broken("journal", "Fact %d is about another payment." % fact.sequence)
        signatures = [s for s in (self.signature(f) for f in self.told(SIGNED, PARTLY_SIGNED)) if s]
        if not signatures:
            for name in ("signature", "digest", "right", "code"):
                self.verdicts.none[name] = "nobody has signed"
        elif all(s.method == "sms" for s in signatures):
            self.verdicts.none["signature"] = "no personal signature: a code by SMS, see code"
        elif not any(s.method == "sms" for s in signatures):
            self.verdicts.none["code"] = "no code by SMS"
        for signature in signatures:
            self.check_signature(signature, root)
            self.check_right(signature)
        self.check_sent(signatures)
        self.check_answers()

    def signature(self, fact):
        message = fact.message.message(1) if fact.kind == PARTLY_SIGNED else fact.message
        if message.bytes(1) != self.payment:
            self.broken("digest", "Fact %d is about another payment." % fact.sequence)
            return None
        return Signature(fact, message)

    def check_signature(self, signature, root):
        number = signature.fact.sequence
        digest, text = self.signed.get(number, (None, None))
        if digest != signature.evidence or text != signature.values(self.payment):
            self.broken("digest", "The values shown are not those of fact %d." % number)
        content = self.blobs.get(signature.evidence)
        if content is None:
            self.not_shown("code" if signature.method == "sms" else "signature",
                           "The evidence of fact %d is not there." % number)
            self.not_shown("digest", "The evidence of fact %d is not there." % number)
            return
        if signature.method == "sms":
            self.check_code(signature, content, text)
            return
        try:
            if signature.method:
                raise Wrong("is of a kind that is not known here")
            evidence = Evidence(content)
            evidence.check_signature()
        except Wrong as error:
            self.broken("signature", "The evidence of fact %d %s." % (number, error))
            return
        if root is None:
            self.not_shown("signature", "Give --bankid-root: else anyone may have made the "
                           "certificates.")
        else:
            try:
                evidence.check_person(root, signature.sign_us // 1_000_000)
            except Wrong as error:
                self.broken("signature", "The evidence of fact %d %s." % (number, error))
        self.check_covered(signature, evidence, text)
        details = self.verdicts.details
        details.append(("signer", evidence.name))
        details.append(("signed", stamp(signature.sign_us)))
        details.append(("values", "\n".join((text or "").split("\n")[1:-1])))
        details.append(("text", evidence.visible))

    def check_code(self, signature, content, text):
        number = signature.fact.sequence
        try:
            evidence = CodeEvidence(content)
            evidence.check(signature)
        except Wrong as error:
            self.broken("code", "The evidence of fact %d %s." % (number, error))
            return
        self.check_covered(signature, evidence, text)
        details = self.verdicts.details
        details.append(("code", "approved %s with a code sent by SMS to %s; the server's word, as "
                        "good as its journal" % (stamp(signature.sign_us), evidence.phone)))
        details.append(("values", "\n".join((text or "").split("\n")[1:-1])))
        details.append(("text", evidence.visible))
        details.append(("message", evidence.text))

    def check_covered(self, signature, evidence, text):
        """That what was signed are these values, and that they were shown."""
        number = signature.fact.sequence
        covered = evidence.hidden.decode("ascii", "replace").split("\n")
        line = "%s %s" % (self.payment.hex(), hashlib.sha256((text or "").encode()).hexdigest())
        if covered[0] != "bureau/approval/v1" or line not in covered[1:]:
            self.broken("digest", "These values are not what the evidence of fact %d covers." % number)
        shown = plain(evidence.visible)
        for value in (signature.account_text, signature.name[:24]):
            if plain(value) not in shown:
                self.broken("digest", "The text signed with fact %d does not show %s." % (number, value))

    def check_right(self, signature):
        number, seen = signature.fact.sequence, signature.fact.bureau_sequence
        journal = self.journals.get(self.bureau)
        given = {}
        for fact in journal.facts if journal else []:
            if fact.kind not in (ROLE_ASSIGNED, ROLE_REMOVED) or fact.sequence > seen:
                continue
            role = fact.message
            if role.bytes(2) == signature.user and role.text(4) == "approver" \
                    and role.bytes(3) in (b"", self.company):
                given[role.bytes(1)] = fact.kind == ROLE_ASSIGNED
        if not any(given.values()):
            self.broken("right", "Nothing shows that the signer of fact %d was an approver." % number)
        elif not journal.is_shown:
            self.not_shown("right", "The signer's role is told, but not its place in the bureau's "
                           "journal: that is for a customer administrator to export.")
        consents = [f for f in self.told(CONSENT_GIVEN)
                    if f.sequence < number and f.message.bytes(2) == signature.user
                    and f.message.text(3) == signature.bank
                    and f.message.number(4) <= signature.sign_us < f.message.number(5)]
        if not consents:
            self.broken("right", "Nothing shows the consent of the signer of fact %d." % number)
        else:
            self.verdicts.details.append(("right", "approver, consent of %s until %s" % (
                stamp(consents[-1].message.number(4)), stamp(consents[-1].message.number(5)))))

    def check_sent(self, signatures):
        transfers = self.told(PREPARED, RECOVERED)
        if not transfers:
            self.verdicts.none["sent"] = "nothing was sent"
        for fact in transfers:
            items = {item.number(2) for item in fact.message.messages(5)
                     if item.bytes(1) == self.payment}
            signature = next((s for s in reversed(signatures)
                              if s.fact.sequence < fact.sequence), None)
            places = [s for s in self.sent if s[0] == fact.sequence]
            if len(items) != 1 or signature is None or len(places) != 1:
                self.broken("sent", "What fact %d has sent is not what was signed before it."
                            % fact.sequence)
                continue
            try:
                self.check_place(fact, items.pop(), signature, places[0])
            except Wrong as error:
                self.broken("sent", "The bank's file of fact %d %s." % (fact.sequence, error))
        if any(s[0] not in {f.sequence for f in transfers} for s in self.sent):
            self.broken("sent", "An entry of the bank's file is nobody's.")

    def check_place(self, fact, instruction, signature, place):
        _, number, digest, offset, size, entry = place
        if digest != fact.message.bytes(3) or number != instruction:
            raise Wrong("is not the one that was named")
        id_ = "%s-%d" % (self.payment.hex(), instruction)
        content = self.blobs.get(digest)
        if content is None:
            self.not_shown("sent", "The bank's file was left out: its entry is as the server says.")
            space = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
            wrapped = b'<PmtInf xmlns="%s">%s</PmtInf>' % (space.encode(), entry)
            signature.compare(read_xml(wrapped), id_, None)
        else:
            if content[offset:offset + size] != entry:
                raise Wrong("has something else where the payment stands")
            document = read_xml(content)
            message = document.findtext(".//{*}GrpHdr/{*}MsgId")
            if message != fact.message.bytes(1).hex():
                raise Wrong("has another message id")
            groups = [g for g in document.iter() if g.tag.endswith("}PmtInf")
                      and id_ in [e.text for e in g.iterfind(".//{*}EndToEndId")]]
            if len(groups) != 1:
                raise Wrong("does not name the payment once")
            signature.compare(groups[0], id_, fact.message.text(4))
        self.verdicts.details.append(("sent", "%s in file %s, to be paid %s" % (
            id_, digest.hex(), fact.message.text(4))))

    def check_answers(self):
        answers = self.told(*ANSWERS)
        if not answers:
            self.verdicts.none["answer"] = "the bank has not answered"
        for fact in answers:
            number = fact.message.number(2)
            id_ = "%s-%d" % (self.payment.hex(), number)
            self.verdicts.details.append(
                ("answer", "%s %s, %s" % (stamp(fact.time_us), ANSWERS[fact.kind], id_)))
            if fact.kind == CHECKED:
                continue  # a person's word
            files = [f for f in self.told(RETURN_FILE)
                     if f.time_us == fact.time_us and f.sequence < fact.sequence]
            if len(files) != 1:
                self.broken("answer", "Nothing shows what fact %d was read from." % fact.sequence)
                continue
            content = self.blobs.get(files[0].message.bytes(4))
            if content is None:
                self.not_shown("answer", "The bank's answers were left out.")
                continue
            # An answer about a whole file names that alone.
            transfers = [t.message.bytes(1).hex().encode() for t in self.told(PREPARED, RECOVERED)
                         if number in {i.number(2) for i in t.message.messages(5)
                                       if i.bytes(1) == self.payment}]
            if id_.encode() not in content and not any(t in content for t in transfers):
                self.broken("answer", "The bank's file of fact %d does not name the payment."
                            % files[0].sequence)
        named = {f.message.bytes(4) for f in self.told(RETURN_FILE)} \
            | {f.message.bytes(3) for f in self.told(PREPARED, RECOVERED)} \
            | {(f.message.message(1) if f.kind == PARTLY_SIGNED else f.message).bytes(5)
               for f in self.told(SIGNED, PARTLY_SIGNED)}
        for digest in self.blobs:
            if digest not in named:
                self.broken("journal", "No fact names the file %s." % digest.hex()[:16])


class Signature:
    """What a fact says was signed."""

    def __init__(self, fact, message):
        self.fact, self.user, self.evidence = fact, message.bytes(2), message.bytes(5)
        self.sign_us = message.number(6)
        # Empty: BankID.
        self.method = message.text(260)
        rendered = message.message(3)
        self.bank, self.version = rendered.text(1), rendered.number(2)
        self.debtor, self.account = rendered.message(3), rendered.message(5)
        self.name, self.bic = rendered.text(4), rendered.text(6)
        self.amount, self.reference = rendered.message(7), rendered.message(8)
        self.due = rendered.text(9)
        self.mark, self.purpose = rendered.text(10), rendered.text(250)
        self.documents = rendered.messages(275)
        self.account_text = self.account.text(2)

    def values(self, payment):
        """The text whose digest was signed."""
        lines = self.lines(payment)
        if self.purpose:
            lines.append("category_purpose=" + self.purpose)
        if self.mark:
            lines.append("payee_account=" + self.mark)
        title = "bureau/payment/v%d" % (3 if self.documents else 2 if self.mark else 1)
        return "\n".join([title] + lines) + "\n"

    def lines(self, payment):
        return ["payment=" + payment.hex(), "bank=%s/%d" % (self.bank, self.version),
                "debtor_account=%s:%s" % (self.debtor.text(1), self.debtor.text(2)),
                "creditor_name=" + self.name,
                "creditor_account=%s:%s" % (self.account.text(1), self.account.text(2)),
                "creditor_bic=" + self.bic,
                "amount=%d %s" % (self.amount.number(1), self.amount.text(2))] \
            + self.what() + ["due_date=" + self.due]

    def what(self):
        """What the payee is told: a reference, or the documents that are settled."""
        if not self.documents:
            return ["reference=%s:%s" % (self.reference.text(1), self.reference.text(2))]
        return ["document=%s %d %s %s" % (d.text(1), d.message(3).number(1),
                                          d.message(3).text(2), d.text(2))
                for d in self.documents]

    def compare(self, group, id_, date):
        """Refuses a pain.001 group whose entry says anything else."""
        entries = [e for e in group.iterfind("{*}CdtTrfTxInf")
                   if e.findtext("{*}PmtId/{*}EndToEndId") == id_]
        if len(entries) != 1:
            raise Wrong("does not name the payment once")
        entry = entries[0]
        amounts = entry.findall("{*}Amt/{*}InstdAmt")
        if len(amounts) != 1 or amounts[0].get("Ccy") != self.amount.text(2) \
                or minor_units(amounts[0].text, self.amount.text(2)) != self.amount.number(1):
            raise Wrong("has another amount than was signed")
        if entry.findtext("{*}Cdtr/{*}Nm") != self.name:
            raise Wrong("has another payee's name than was signed")
        if not is_account(entry.find("{*}CdtrAcct"), entry.find("{*}CdtrAgt"), self.account):
            raise Wrong("has another payee's account than was signed")
        if (entry.findtext("{*}CdtrAgt/{*}FinInstnId/{*}BIC") or "") != self.bic:
            raise Wrong("has another bank of the payee than was signed")
        kind, text = self.reference.text(1), self.reference.text(2)
        told = [e.text for e in entry.iterfind("{*}RmtInf/{*}Ustrd")]
        structured = [e.text for e in entry.iterfind("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
        listed = [document(e) for e in entry.iterfind("{*}RmtInf/{*}Strd")
                  if e.find("{*}RfrdDocInf") is not None]
        if listed != [(d.text(1), d.text(2), d.message(3).number(1), d.message(3).text(2))
                      for d in self.documents]:
            raise Wrong("settles other documents than was signed")
        if self.documents:
            expected = ([], [])
        else:
            expected = ([text], []) if kind == "MESSAGE" else ([], [text])
        if (told, structured) != expected:
            raise Wrong("has another reference than was signed")
        if date is not None:
            if not is_account(group.find("{*}DbtrAcct"), group.find("{*}DbtrAgt"), self.debtor):
                raise Wrong("pays from another account than was signed")
            if group.findtext("{*}ReqdExctnDt") != date:
                raise Wrong("is to be paid on another day than was named")


def document(element):
    """Kind, number, minor units and currency of one referred document."""
    amounts = element.findall("{*}RfrdDocAmt/*")
    kind = element.findtext("{*}RfrdDocInf/{*}Tp/{*}CdOrPrtry/{*}Cd")
    wanted = "RmtdAmt" if kind == "CINV" else "CdtNoteAmt"
    if len(amounts) != 1 or amounts[0].tag.rpartition("}")[2] != wanted:
        return (kind, None, None, None)
    currency = amounts[0].get("Ccy")
    return (kind, element.findtext("{*}RfrdDocInf/{*}Nb"),
            minor_units(amounts[0].text, currency), currency)


def is_account(element, agent, account):
    if element is None:
        return False
    form, text = account.text(1), account.text(2)
    iban, other = element.findtext("{*}Id/{*}IBAN"), element.findtext("{*}Id/{*}Othr/{*}Id")
    scheme = element.findtext("{*}Id/{*}Othr/{*}SchmeNm/*")
    member = agent.findtext("{*}FinInstnId/{*}ClrSysMmbId/{*}MmbId") if agent is not None else None
    if form == "IBAN":
        return iban == text and other is None
    if iban is not None or other is None:
        return False
    if form == "NO_BBAN":
        return other == text and scheme == "BBAN" and member is None
    if form == "SE_BANKGIRO":
        return other == text and scheme == "BGNR"
    if form == "SE_PLUSGIRO":
        return other == text and (scheme == "PGNR" or member == "9960")
    return form == "SE_BBAN" and scheme == "BBAN" and "%s-%s" % (member, other) == text


def minor_units(text, currency):
    try:
        amount = decimal.Decimal(text or "").scaleb(DECIMALS.get(currency, 2))
    except decimal.InvalidOperation:
        return None
    return int(amount) if amount == amount.to_integral_value() else None


def plain(text):
    return "".join(c for c in text.lower() if c.isalnum())


def stamp(microseconds):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="seconds") + "Z"


def main(base, arguments):
    parser = argparse.ArgumentParser(
        prog="bureau-verify payment-proof",
        description="Checks the proof of one payment of Bureau, offline.")
    parser.add_argument("proof", help="the file; - for standard input")
    parser.add_argument("--witness", help="the witness's folder, or a single statement")
    parser.add_argument("--public-key", help="the audit key's public half, 64 hexadecimal digits")
    parser.add_argument("--bankid-root", help="BankID's root certificate, PEM")
    options = parser.parse_args(arguments)
    verdicts = Verdicts()
    try:
        key = base.unhex(options.public_key, 32) if options.public_key else None
    except base.Malformed:
        parser.error("--public-key takes 64 lower-case hexadecimal digits")
    try:
        root = None
        if options.bankid_root:
            with open(options.bankid_root, "rb") as file:
                root = file.read(1 << 20)
        proof = Proof(base, verdicts, key)
        if options.proof == "-":
            proof.read(sys.stdin.buffer, options.witness)
        else:
            with open(options.proof, "rb") as file:
                proof.read(file, options.witness)
        try:
            proof.check(root)
        except (base.Malformed, UnicodeDecodeError):
            proof.broken("journal", "A fact cannot be read.")
    except (base.NotAFile, OSError) as error:
        print("bureau-verify: %s" % error, file=sys.stderr)
        return base.EXIT_FILE
    verdicts.print()
    return verdicts.exit_code(base)
