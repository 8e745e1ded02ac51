import BureauAPI
import Domain
import Engine
import EngineSQLite
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf

/// `board_1000`: the board of 1,000 companies with two agreements, two approvers and a consent each,
/// among a million payments: the read, the marks and the answer's bytes, as the server's thread makes
/// them, while a payment comes into one company between any two looks. In the details: the same over
/// gRPC and TLS, and `cold`, with nothing remembered. The 99th of a hundred.
enum BoardTime {
  static let row = BenchRow(names: ["board_1000"]) { load, folder in
    let companies = 1_000
    let database = try await Workload.open(folder.appending(path: "own.db").path())
    try await Workload.fill(database, companies: companies)
    try await agree(database, companies)
    try await BulkLoad.fill(database, payments: load.payments, companies: companies)
    let calls = load.rounds >= 9 ? 600 : 200
    let life = try await InProcess(database)
    let within = try await times(
      calls, between: { _ = try await life.measure(life.submissions($0..<$0 + 1), callers: 1) }
    ) { try await read(database, companies, .shared) }
    let cold = try await times(calls) { try await read(database, companies, BoardMemory()) }
    let served = try await Served.run(database, folder: folder) { client, _ in
      let stub = Bureau_V1_BoardService.Client(wrapping: client)
      let request = Bureau_V1_ListBoardRequest.with {
        $0.parent = ResourceName.bureau(Workload.bureau)
      }
      return try await times(calls) {
        let answer = try await stub.listBoard(request, metadata: Served.metadata)
        guard answer.rows.count == companies else { throw BenchError("\(answer.rows.count) rows") }
      }
    }
    await database.close()
    print(
      "  \(within.count) calls: \(Int(within[0] * 1000)) to \(Int(part(within, 100) * 1000)) µs")
    return [
      Row(
        "board_1000", part(within, 99), "ms, the slowest but one of a hundred",
        beside: "the budget", 20, aim: 1, better: .less,
        details: [
          "p50_ms": part(within, 50), "cold_p50_ms": part(cold, 50),
          "cold_p99_ms": part(cold, 99), "grpc_p50_ms": part(served, 50),
          "grpc_p99_ms": part(served, 99), "payments": Double(load.payments),
        ])
    ]
  }

  /// In order, the shortest first; the first calls warm up and do not count.
  private static func times(
    _ count: Int, between: (Int) async throws -> Void = { _ in }, _ call: () async throws -> Void
  ) async throws -> [Double] {
    var times: [Double] = []
    for number in -20..<count {
      try await between(number + 20)
      let sample = try await measured(call)
      if number >= 0 { times.append(sample.seconds * 1000) }
    }
    return times.sorted()
  }

  private static func part(_ sorted: [Double], _ percent: Int) -> Double {
    sorted[min(sorted.count * percent / 100, sorted.count - 1)]
  }

  private static func read(
    _ database: any Database, _ companies: Int, _ memory: BoardMemory
  ) async throws {
    let bureau = Workload.bureau, reader = Workload.accountant, time = Workload.time
    let found = try await database.read(as: Place(bureau: bureau).scope) { tx in
      try BoardTables.page(
        of: bureau, visibleTo: reader, after: nil, limit: companies + 1, at: time,
        memory: memory, in: tx)
    }
    let answer = Bureau_V1_ListBoardResponse.with {
      $0.rows = found.map { Bureau_V1_BoardRow(BoardRow($0, for: reader, at: time), of: bureau) }
    }
    let bytes: [UInt8] = try answer.serializedBytes()
    guard answer.rows.count == companies, !bytes.isEmpty else {
      throw BenchError("\(answer.rows.count) rows")
    }
  }

  /// Two agreements, one of them signed, and a consent in each company.
  private static func agree(_ database: any Database, _ companies: Int) async throws {
    let group = GroupCommit(database), sources = Workload.sources
    // The approvers that `Workload` has given roles.
    let home = Place(bureau: Workload.bureau)
    let users: [Fact] = (1...2 * companies).map { number in
      .userCreated(
        UserCreated(
          user: User(
            id: Workload.id(User.self, 0xA3, UInt64(number)), kind: .person,
            displayName: "Approver \(number)", email: "", nationalIDDigest: nil,
            createTime: Workload.time)))
    }
    try await group.submit(as: home.scope) { tx in
      let head = try Journal.lock(home, in: tx)
      try Journal.append(users, after: head, by: origin(home), in: tx)
    }
    let accounts = try accounts(2 * companies)
    try await byCallers(64, count: companies) { index in
      let place = Workload.place(index, of: companies)
      var facts: [Fact] = []
      for (number, bank) in ["dnb", "sparebank1"].enumerated() {
        let id: ID<Agreement> = sources.id()
        let signer = Signer(
          displayName: "Dag Berg", mobile: "+4791234567", email: "dag@example.com",
          nationalIDDigest: NationalIDDigest(bytes: [UInt8](repeating: 1, count: 32)))
        facts += [
          .agreementDrafted(
            AgreementDrafted(
              agreement: Agreement(
                id: id, kind: .remittance, state: .draft, bank: bank,
                account: accounts[2 * index + number], currency: .nok, signer: signer,
                createTime: Workload.time, signTime: nil, linkHash: nil))),
          .agreementSent(
            AgreementSent(agreement: id, linkHash: [UInt8](repeating: 2, count: 32))),
        ]
        if number == 0 {
          facts.append(
            .agreementSigned(
              AgreementSigned(
                agreement: id, signTime: Workload.time,
                evidenceDigest: [UInt8](repeating: 3, count: 32))))
        }
      }
      let consent = Consent(
        id: sources.id(), user: Workload.id(User.self, 0xA3, UInt64(2 * index + 1)), bank: "dnb",
        createTime: Workload.time, expireTime: Workload.time.adding(days: index % 100 + 1),
        revokeTime: nil)
      facts.append(
        .consentGiven(
          ConsentGiven(consent: consent, evidenceDigest: [UInt8](repeating: 4, count: 32))))
      let made = facts
      try await group.submit(as: place.scope) { tx in
        let head = try Journal.lock(place, in: tx)
        try Journal.append(made, after: head, by: origin(place), in: tx)
      }
    }
  }

  private static func origin(_ place: Place) -> Origin {
    Origin(
      place: place, actor: nil, session: nil, requestID: "agree",
      requestDigest: Call.digest("agree", []), time: Workload.time,
      salt: { Workload.sources.random(16) })
  }

  /// The first accounts of a bank with a right check digit.
  static func accounts(_ count: Int) throws -> [AccountNumber] {
    var found: [AccountNumber] = []
    for candidate in 15_030_000_000..<15_039_999_999 where found.count < count {
      if let account = try? AccountNumber(form: .norwegian, text: "\(candidate)") {
        found.append(account)
      }
    }
    return found
  }
}
