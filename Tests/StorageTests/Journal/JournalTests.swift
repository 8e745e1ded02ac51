import Domain
import Engine
import EngineKit
import Facts
import Primitives
import SwiftProtobuf
import Testing

@testable import Storage

@Suite(.everyEngine) struct JournalTests {
  private let history = History()

  /// The stored rows of one journal.
  private func rows(_ place: Place, in database: any Database) async throws
    -> [Journal.StoredRow]
  {
    try await database.read(as: place.scope) { tx in
      try Journal.rows(of: place, after: 0, limit: 1_000, in: tx)
    }
  }

  @Test func `the reference for hashes is right`() {
    #expect(
      sha256(Array("abc".utf8)).hexText
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256([]).hexText == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      sha256([UInt8](repeating: UInt8(ascii: "a"), count: 200)).hexText
        == "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5")
  }

  @Test func `J sequences have no gap and each hash covers the fact and the one before`()
    async throws
  {
    let database = try await exampleDatabase()
    try await history.append(to: database)
    for place in [history.bureauPlace, history.place] {
      let rows = try await rows(place, in: database)
      let steps = history.steps.filter { $0.place == place }
      #expect(rows.map(\.sequence) == (1...Int64(steps.flatMap(\.facts).count)).map(\.self))
      var previous = [UInt8](repeating: 0, count: 32)
      for row in rows {
        let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: row.envelope)
        let own = sha256(row.envelope)
        #expect(row.hash == own)
        #expect(Array(envelope.previousHash) == previous)
        #expect(Array(envelope.bodyHash) == sha256(row.body))
        #expect(envelope.sequence == row.sequence)
        #expect(Array(envelope.bureau) == place.bureau.bytes)
        #expect(Array(envelope.company) == place.company.bytes)
        #expect(Array(envelope.actor) == History().person.id.bytes)
        previous = row.hash
      }
      let (facts, head) = try await database.write(as: place.scope) { tx in
        (
          try Journal.entries(of: place, after: 0, limit: 1_000, in: tx).map(\.fact),
          try Journal.lock(place, in: tx)
        )
      }
      #expect(facts == steps.flatMap(\.facts))
      #expect(head == Journal.Head(sequence: Int64(rows.count), hash: previous))
    }
  }

  @Test func `J a company's facts tell which head of the bureau's journal they saw`() async throws {
    let database = try await exampleDatabase()
    let facts = history.companySteps[0].facts
    try await database.append(facts, by: .example(history.place))
    for step in history.bureauSteps {
      try await database.append(step.facts, by: .example(history.bureauPlace))
    }
    try await database.append(history.companySteps[1].facts, by: .example(history.place))
    let seen = try await database.read(as: history.place.scope) { [history] tx in
      try Journal.entries(of: history.place, after: 0, limit: 10, in: tx).map(\.bureauSequence)
    }
    #expect(seen == [0, Int64(history.bureauSteps.flatMap(\.facts).count)])
    let own = try await database.read(as: history.bureauPlace.scope) { [history] tx in
      try Journal.entries(of: history.bureauPlace, after: 0, limit: 4, in: tx)
        .map(\.bureauSequence)
    }
    #expect(own == [0, 0, 0, 3])
  }

  @Test func `J a page of the journal starts after its cursor`() async throws {
    let database = try await exampleDatabase()
    try await history.append(to: database)
    let pages = try await database.read(as: history.place.scope) { [history] tx in
      try [(0, 3), (3, 3), (1_000, 3)].map { after, limit in
        try Journal.entries(of: history.place, after: after, limit: limit, in: tx).map(\.sequence)
      }
    }
    #expect(pages == [[1, 2, 3], [4, 5, 6], []])
  }

  @Test func `L the lock takes the head of a journal, made where there is none`() async throws {
    let database = try await exampleDatabase()
    let place = history.place
    let empty = Journal.Head(sequence: 0, hash: Journal.noHash)
    for _ in 0..<2 {
      let head = try await database.write(as: place.scope) { try Journal.lock(place, in: $0) }
      #expect(head == empty)
    }
    let head = try await database.append(history.companySteps[0].facts, by: .example(place))
    #expect(head.sequence == 1)
    #expect(try await database.write(as: place.scope) { try Journal.lock(place, in: $0) } == head)
    // It is a write: it waits for its turn, and where only reading is allowed it is refused.
    await #expect(throws: EngineError.self) {
      try await database.read(as: place.scope) { try Journal.lock(place, in: $0) }
    }
  }

  @Test func `L of two commands that saw the same head only one is written`() async throws {
    let database = try await exampleDatabase()
    let place = history.place, facts = history.companySteps[0].facts
    let head = try await database.write(as: place.scope) { try Journal.lock(place, in: $0) }
    try await database.append(facts, by: .example(place))
    await #expect(throws: EngineError.self) {
      try await database.write(as: place.scope) { tx in
        try Journal.append(facts, after: head, by: .example(place), in: tx)
      }
    }
  }

  @Test func `L what is refused leaves nothing`() async throws {
    struct Refused: Error {}
    let database = try await exampleDatabase()
    let place = history.place, facts = history.companySteps[0].facts
    await #expect(throws: Refused.self) {
      try await database.write(as: place.scope) { tx in
        let head = try Journal.lock(place, in: tx)
        try Journal.append(facts, after: head, by: .example(place, request: "r"), in: tx)
        throw Refused()
      }
    }
    #expect(try await database.dump(of: place.bureau).values.allSatisfy(\.isEmpty))
  }

  @Test func `J nobody changes or removes a fact`() async throws {
    let database = try await exampleDatabase()
    try await history.append(to: database)
    for statement: SQL in [
      "UPDATE main.fact SET body = x'00'", "DELETE FROM main.fact",
      "UPDATE main.blob SET content = x'00'",
    ] {
      let scope = history.place.scope
      try await database.write(as: scope) { [history] tx in
        try Blobs.store([1], digest: hash(1), of: history.place, in: tx)
      }
      await #expect(throws: EngineError.self) {
        try await database.write(as: scope) { try $0.execute(statement) }
      }
    }
  }
}

@Suite(.everyEngine) struct RequestTests {
  private let place = History().place
  private let facts = History().companySteps[0].facts

  @Test func `O the same request id with the same content gives the earlier answer`() async throws {
    let database = try await exampleDatabase()
    let origin = Origin.example(place, request: "r-1")
    try await database.append(
      History().companySteps[0].facts, by: .example(place, request: "r-0"))
    try await database.append(History().companySteps[1].facts, by: origin)
    let earlier = try await database.read(as: place.scope) { try Requests.earlier(origin, in: $0) }
    #expect(earlier == Requests.Earlier(sequence: 2, subject: History.agreementID.bytes))
    let other = Origin.example(place, request: "r-2")
    #expect(
      try await database.read(as: place.scope) { try Requests.earlier(other, in: $0) } == nil)
  }

  @Test func `O the same request id with other content is refused`() async throws {
    let database = try await exampleDatabase()
    try await database.append(facts, by: .example(place, request: "r-1"))
    let other = Origin.example(place, request: "r-1", digest: hash(2))
    await #expect(throws: RequestError.reused) {
      try await database.read(as: place.scope) { try Requests.earlier(other, in: $0) }
    }
  }

  @Test func `O a request id is another one in another company`() async throws {
    let database = try await exampleDatabase()
    try await database.append(facts, by: .example(place, request: "r-1"))
    let elsewhere = Place(bureau: place.bureau, company: key(3))
    let origin = Origin.example(elsewhere, request: "r-1", digest: hash(2))
    #expect(
      try await database.read(as: elsewhere.scope) { try Requests.earlier(origin, in: $0) } == nil)
  }

  @Test func `O a request id is written once`() async throws {
    let database = try await exampleDatabase()
    try await database.append(facts, by: .example(place, request: "r-1"))
    await #expect(throws: EngineError.self) {
      try await database.append(facts, by: .example(place, request: "r-1"))
    }
  }
}
