// Says whether what is stored is what was promised. It trusts neither the server nor its reading:
// tables by plain SQL, hashes by calls of its own, the clients' own log of what they were told.

import Crypto
import Facts
package import Foundation
import SwiftProtobuf

package struct Checker {
  private let tables: any StoredTables
  private var findings: [String] = []

  /// One row of a journal, with its envelope read by the published format.
  struct StoredFact {
    let sequence: Int64
    let envelope: Bureau_Facts_V1_Envelope
    let body: Bureau_Facts_V1_Body
    let hash: [UInt8]
  }

  /// Everything that is wrong; empty if nothing is.
  ///
  /// - Parameters:
  ///   - acknowledged: what clients were told.
  ///   - bank: the folder of the bank's files; nil where no payment goes out.
  ///   - isSettled: the server has had nothing left to do.
  package static func findings(
    in tables: any StoredTables, acknowledged: [Acknowledgement], bank: URL? = nil,
    isSettled: Bool = false
  ) async throws -> [String] {
    var checker = Checker(tables: tables)
    checker.findings = try tables.damage()
    guard checker.findings.isEmpty else { return checker.findings }
    let journals = try checker.journals()
    try checker.checkRequests(journals, acknowledged)
    try checker.checkWork(isSettled: isSettled)
    if let bank { try checker.checkBank(bank, journals, isSettled: isSettled) }
    checker.findings += try await Replay.differences(of: journals, from: tables)
    return checker.findings
  }

  private init(tables: any StoredTables) { self.tables = tables }

  private mutating func expect(_ holds: Bool, _ finding: @autoclosure () -> String) {
    if !holds { findings.append(finding()) }
  }

  // MARK: Journals

  /// A company's journal: its key is bureau and company.
  struct Stream: Hashable {
    let bureau: [UInt8]
    let company: [UInt8]
    var text: String { "\(bureau.hexText)/\(company.hexText)" }
  }

  /// Reads all journals, and checks numbers, hashes and heads.
  private mutating func journals() throws -> [Stream: [StoredFact]] {
    var journals: [Stream: [StoredFact]] = [:]
    var previous: [Stream: [UInt8]] = [:]
    for row in try tables.rows(
      "SELECT bureau, company, seq, envelope, body, hash FROM fact ORDER BY bureau, company, seq")
    {
      let stream = Stream(bureau: try row[0].bytes, company: try row[1].bytes)
      let bytes = try row[3].bytes, body = try row[4].bytes, hash = try row[5].bytes
      let fact = StoredFact(
        sequence: try row[2].int, envelope: try Bureau_Facts_V1_Envelope(serializedBytes: bytes),
        body: try Bureau_Facts_V1_Body(serializedBytes: body), hash: hash)
      let place = "fact \(fact.sequence) of \(stream.text)"
      let before = journals[stream, default: []]
      expect(fact.sequence == Int64(before.count) + 1, "\(place) does not follow \(before.count)")
      expect(hash == Array(SHA256.hash(data: bytes)), "\(place): its hash is not that of its bytes")
      expect(
        Array(fact.envelope.bodyHash) == Array(SHA256.hash(data: body)),
        "\(place): its body is not the one that was hashed")
      expect(
        Array(fact.envelope.previousHash)
          == previous[stream, default: [UInt8](repeating: 0, count: 32)],
        "\(place) is not chained to the one before")
      expect(
        fact.envelope.sequence == fact.sequence && Array(fact.envelope.bureau) == stream.bureau
          && Array(fact.envelope.company) == stream.company,
        "\(place): its envelope says it stands elsewhere")
      previous[stream] = hash
      journals[stream] = before + [fact]
    }
    var heads: Set<Stream> = []
    for row in try tables.rows("SELECT bureau, company, seq, hash FROM stream") {
      let stream = Stream(bureau: try row[0].bytes, company: try row[1].bytes)
      heads.insert(stream)
      let facts = journals[stream] ?? []
      let hash = facts.last?.hash ?? [UInt8](repeating: 0, count: 32)
      expect(
        try row[2].int == Int64(facts.count) && row[3].bytes == hash,
        "the head of \(stream.text) is not its last fact")
    }
    for stream in journals.keys where !heads.contains(stream) {
      findings.append("\(stream.text) has facts and no head")
    }
    return journals
  }

  // MARK: Requests

  private struct Key: Hashable {
    let stream: Stream
    let requestID: String
  }

  private struct Request {
    var sequence: Int64
    var subject: [UInt8]
    var digest: [UInt8]
  }

  /// Each request that is stored has its facts in one piece, each fact its request, and whatever a
  /// client was told stands there once.
  private mutating func checkRequests(
    _ journals: [Stream: [StoredFact]], _ acknowledged: [Acknowledgement]
  ) throws {
    var facts: [Key: [StoredFact]] = [:]
    for (stream, all) in journals {
      for fact in all where !fact.envelope.requestID.isEmpty {
        facts[Key(stream: stream, requestID: fact.envelope.requestID), default: []].append(fact)
      }
    }
    var requests: [Key: Request] = [:]
    for row in try tables.rows(
      "SELECT bureau, company, request_id, seq, subject, digest FROM request")
    {
      let key = Key(
        stream: Stream(bureau: try row[0].bytes, company: try row[1].bytes),
        requestID: try row[2].text)
      expect(requests[key] == nil, "request \(key.requestID) is stored twice")
      requests[key] = Request(
        sequence: try row[3].int, subject: try row[4].bytes, digest: try row[5].bytes)
    }
    for (key, request) in requests {
      let own = facts[key] ?? []
      expect(!own.isEmpty, "request \(key.requestID) is stored and has no fact")
      let due = own.indices.map { request.sequence + Int64($0) }
      expect(own.map(\.sequence) == due, "the facts of request \(key.requestID) are not together")
      expect(
        own.allSatisfy { Array($0.envelope.requestDigest) == request.digest },
        "the facts of request \(key.requestID) are of another content")
    }
    for key in facts.keys where requests[key] == nil {
      findings.append("the facts of request \(key.requestID) have no request")
    }
    for told in acknowledged {
      let ids = told.ids
      let stream = Stream(bureau: try ids.bureau.hexBytes, company: try ids.company.hexBytes)
      let key = Key(stream: stream, requestID: told.requestID)
      guard let request = requests[key] else {
        findings.append("request \(told.requestID) was acknowledged and is lost")
        continue
      }
      expect(
        try request.subject == ids.subject.hexBytes,
        "request \(told.requestID) was acknowledged for \(told.name), and is about another thing")
      let own = facts[key] ?? []
      // Whoever names a payee's account first brings it into the register too: one fact more.
      let registered = own.count {
        if case .supplierAccountFound = $0.body.fact { true } else { false }
      }
      expect(
        own.count == told.facts || own.count - registered == told.facts,
        "request \(told.requestID) left \(own.count) facts instead of \(told.facts)")
    }
  }

  // MARK: Work and files

  /// What waits to be delivered is in the table of work, and nothing else is. (Vouchers are counted:
  /// their numbers have no gap.)
  private mutating func checkWork(isSettled: Bool) throws {
    let prepared = try tables.rows("SELECT id FROM transfer WHERE state = 'prepared'").map { $0[0] }
    let waiting = try tables.rows("SELECT subject FROM work WHERE kind = 'deliver'").map { $0[0] }
    expect(
      Set(prepared) == Set(waiting), "prepared: \(prepared), waiting to be delivered: \(waiting)")
    expect(!isSettled || prepared.isEmpty, "prepared and never delivered: \(prepared)")
    for row in try tables.rows(
      "SELECT bureau, company, count(*), min(number), max(number) FROM voucher "
        + "GROUP BY bureau, company")
    {
      expect(
        try row[3].int == 1 && row[4].int == row[2].int,
        "vouchers \(row[3]) to \(row[4]) of \(row[1]) are \(row[2])")
    }
    for row in try tables.rows("SELECT digest, content FROM blob") {
      expect(
        try row[0].bytes == Array(SHA256.hash(data: row[1].bytes)),
        "a kept file is not what its digest says")
    }
  }

  /// Every file at the bank is named by one fact, and every delivered one is there; no payment is in
  /// two files or executed twice.
  private mutating func checkBank(
    _ root: URL, _ journals: [Stream: [StoredFact]], isSettled: Bool
  ) throws {
    var prepared: [String: [UInt8]] = [:], delivered: Set<String> = []
    var instructions: [String: Int] = [:]
    for facts in journals.values {
      for fact in facts {
        switch fact.body.fact {
        case .transferPrepared(let it):
          let name = "pain001-\(Array(it.transfer).hexText).xml"
          expect(prepared[name] == nil, "\(name) was prepared twice")
          prepared[name] = Array(it.fileDigest)
          for item in it.items {
            instructions["\(Array(item.payment).hexText)-\(item.number)", default: 0] += 1
          }
        case .transferDelivered(let it):
          let name = "pain001-\(Array(it.transfer).hexText).xml"
          expect(delivered.insert(name).inserted, "\(name) was recorded as delivered twice")
        default: break
        }
      }
    }
    for (id, times) in instructions where times > 1 {
      findings.append("instruction \(id) stands in \(times) files")
    }
    var found: [String: Int] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
      let file = root.appending(path: path), name = file.lastPathComponent
      // `sent` holds our own copies, not what the bank is given.
      guard name.contains("pain001-"), !path.contains("/sent/") else { continue }
      if name.hasPrefix(".") {
        expect(!isSettled, "\(name) was begun and never finished")
        continue
      }
      found[name, default: 0] += 1
      let digest = Array(SHA256.hash(data: try Data(contentsOf: file)))
      expect(prepared[name] == digest, "\(file.path) is not a file that the journal names")
    }
    for (name, times) in found where times > 1 {
      findings.append("\(name) was sent \(times) times")
    }
    for name in delivered where found[name] == nil {
      findings.append("\(name) was recorded as delivered and is not there")
    }
    let ledger = root.appending(path: "executed.jsonl")
    let lines = (try? String(contentsOf: ledger, encoding: .utf8)) ?? ""
    struct Executed: Decodable { var end_to_end_id: String }
    var executed: Set<String> = []
    for line in lines.split(separator: "\n") {
      let id = try JSONDecoder().decode(Executed.self, from: Data(line.utf8)).end_to_end_id
      expect(executed.insert(id).inserted, "the bank has executed \(id) twice")
    }
  }
}

extension Cell {
  var int: Int64 {
    get throws {
      guard case .int(let int) = self else { throw Unreadable("\(self) is no number") }
      return int
    }
  }
  var text: String {
    get throws {
      guard case .text(let text) = self else { throw Unreadable("\(self) is no text") }
      return text
    }
  }
  var bytes: [UInt8] {
    get throws {
      guard case .blob(let bytes) = self else { throw Unreadable("\(self) are no bytes") }
      return bytes
    }
  }
}

extension String {
  var hexBytes: [UInt8] {
    get throws {
      let digits = Array(utf8)
      guard digits.count.isMultiple(of: 2) else { throw Unreadable("\(self) is no id") }
      return try stride(from: 0, to: digits.count, by: 2).map { index in
        let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
        guard let byte = UInt8(pair, radix: 16) else { throw Unreadable("\(self) is no id") }
        return byte
      }
    }
  }
}
