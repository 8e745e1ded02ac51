import BureauAPI
import Foundation
import GRPCCore
import Storage
import SwiftProtobuf
import Synchronization
import TestKit
import Testing

/// Bulk submission over real TLS.
@Suite(.timeLimit(.minutes(10)))
struct InvoiceStreamTests {
  typealias Item = Bureau_V1_ImportInvoiceRequest
  typealias Answer = Bureau_V1_ImportInvoicesResponse

  /// A stream in the hands of a test: what it sends, and what comes back meanwhile.
  private struct Talk: Sendable {
    let writer: RPCWriter<Item>
    let answers: AsyncStream<Answer>

    func send(_ items: Item...) async throws { try await writer.write(contentsOf: items) }

    /// The next answer; fails when the stream ends instead.
    func hears() async throws -> Answer {
      for await answer in answers { return answer }
      throw TestFault("the stream ended without an answer")
    }
  }

  /// Opens a stream, lets the test talk, closes its own half and waits for the rest. Returns all
  /// answers that the talk has not heard.
  private static func stream(
    _ person: Person, token: String? = nil, _ talk: @escaping @Sendable (Talk) async throws -> Void
  ) async throws -> [Answer] {
    let secret = if let token { token } else { try await person.token() }
    let connection = try person.connection
    let (answers, arrival) = AsyncStream<Answer>.makeStream()
    return try await Refused.calling {
      try await connection.payments.importInvoices(
        metadata: ["authorization": "Bearer \(secret)"]
      ) { writer in
        try await talk(Talk(writer: writer, answers: answers))
      } onResponse: { response in
        defer { arrival.finish() }
        for try await answer in response.messages { arrival.yield(answer) }
      }
      var rest: [Answer] = []
      for await answer in answers { rest.append(answer) }
      return rest
    }
  }

  private static func item(
    _ number: Int, at company: TestCompany, id: String? = nil
  ) -> Item {
    .with {
      $0.parent = company.name
      $0.content = Data(SupplierInvoice(number: "\(1000 + number)").ubl.utf8)
      $0.requestID = id ?? "item-\(number)"
    }
  }

  private static func imported(_ bureau: TestBureau, _ company: TestCompany) async throws -> Int {
    try await bureau.facts(of: company).count { $0.fact.name == "InvoiceImported" }
  }

  @Test func `one bad item among good ones fails alone, and every answer names its request`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      var items = (0..<300).map { Self.item($0, at: company) }
      items[7].content = Data("no invoice".utf8)
      items[8].requestID = ""
      items[9].parent = "bureaus/1"
      items[10].content = items[11].content
      let sent = items
      let answers = try await Self.stream(kim) { try await $0.writer.write(contentsOf: sent) }
      #expect(answers.count == 300)
      #expect(Set(answers.map(\.requestID)).count == 300)
      let refusals = try answers.compactMap { answer -> (String, String)? in
        guard case .error(let status) = answer.result else { return nil }
        return (answer.requestID, Refused(try RPCError(status)).reason)
      }
      let reasons = Dictionary(uniqueKeysWithValues: refusals)
      #expect(reasons["item-7"] == "INVOICE_UNREADABLE")
      #expect(reasons[""] == "REQUEST_ID_MISSING")
      #expect(reasons["item-9"] == "NAME_MALFORMED")
      // Of two alike either may be the first.
      #expect([reasons["item-10"], reasons["item-11"]].contains("INVOICE_DUPLICATE"))
      #expect(reasons.count == 4)
      #expect(try await Self.imported(bureau, company) == 296)
    }
  }

  @Test func `an item of a company without the role is refused alone (T)`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let foreign = try await bureau.makeCompany("Fremmed AS")
      let items = [Self.item(1, at: company), Self.item(2, at: foreign), Self.item(3, at: company)]
      let answers = try await Self.stream(kim) { try await $0.writer.write(contentsOf: items) }
      let denied = answers.filter { $0.error.code == RPCError.Code.permissionDenied.rawValue }
      #expect(denied.map(\.requestID) == ["item-2"])
      #expect(try await Self.imported(bureau, company) == 2)
      #expect(try await Self.imported(bureau, foreign) == 0)
    }
  }

  @Test func `answers come while the sender is silent, and after it has closed its half`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let rest = try await Self.stream(kim) { talk in
        for number in 1...3 {
          try await talk.send(Self.item(number, at: company))
          #expect(try await talk.hears().requestID == "item-\(number)")
        }
        try await talk.send(Self.item(4, at: company), Self.item(5, at: company))
        // Returning closes this half; the two are still at work.
      }
      #expect(Set(rest.map(\.requestID)) == ["item-4", "item-5"])
      #expect(rest.allSatisfy { $0.payment.state != .unspecified })
    }
  }

  @Test func `an empty stream is well answered by nothing`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      #expect(try await Self.stream(kim) { _ in }.isEmpty)
    }
  }

  @Test func `an item sent again, on a stream or by itself, is the same request (O)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let item = Self.item(1, at: company)
      let first = try await Self.stream(kim) { try await $0.send(item) }
      let again = try await Self.stream(kim) { try await $0.send(item, item) }
      let single = try await kim.calls { try await $0.payments.importInvoice(item, metadata: $1) }
      #expect(again.count == 2)
      #expect(Set((first + again).map(\.payment.name)) == [single.name])
      let other = Self.item(2, at: company, id: "item-1")
      let reused = try await Self.stream(kim) { try await $0.send(other) }
      #expect(try Refused(RPCError(#require(reused.first).error)).reason == "REQUEST_ID_REUSED")
      #expect(try await Self.imported(bureau, company) == 1)
    }
  }

  @Test func `a token revoked midway ends the stream; what was done before was told`()
    async throws
  {
    try await withBureau { bureau in
      let company = try bureau.company, administrator = try bureau.administrator
      let service = try await bureau.serviceUser("ERP")
      let heard = Mutex<[String]>([])
      let refused = await #expect(throws: Refused.self) {
        _ = try await Self.stream(administrator, token: service.token.secret) { talk in
          try await talk.send(Self.item(1, at: company))
          let first = try await talk.hears()
          heard.withLock { $0.append(first.payment.name) }
          _ = try await administrator.calls { connection, metadata in
            try await connection.tenancy.deleteToken(
              .with {
                $0.name = service.token.name
                $0.requestID = "revoke"
              }, metadata: metadata)
          }
          try await talk.send(Self.item(2, at: company))
          // Nothing more is heard: the sender would go on, the server ends it.
          _ = try? await talk.hears()
        }
      }
      #expect(refused?.code == .unauthenticated)
      #expect(heard.withLock { $0.map(\.isEmpty) } == [false])
      #expect(try await Self.imported(bureau, company) == 1)
    }
  }

  @Test func `a role taken away midway refuses the items after it`() async throws {
    try await withBureau { bureau in
      let company = try bureau.company, administrator = try bureau.administrator
      let max = try await bureau.reader("Max")
      let role = try await administrator.gives(max, .accountant, at: company)
      let rest = try await Self.stream(max) { talk in
        try await talk.send(Self.item(1, at: company))
        #expect(try await talk.hears().payment.state != .unspecified)
        try await administrator.takesAway(role)
        try await talk.send(Self.item(2, at: company))
      }
      #expect(rest.map(\.error.code) == [Int32(RPCError.Code.permissionDenied.rawValue)])
      #expect(try await Self.imported(bureau, company) == 1)
    }
  }

  @Test
  func `a stream broken off is resumed by sending the items again, and nothing is done twice`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let items = (0..<100).map { Self.item($0, at: company) }
      await #expect(throws: (any Error).self) {
        _ = try await Self.stream(kim) { talk in
          try await talk.writer.write(contentsOf: items)
          _ = try await talk.hears()
          // The client goes away with most answers unheard.
          throw TestFault("broken off")
        }
      }
      let answers = try await Self.stream(kim) { try await $0.writer.write(contentsOf: items) }
      #expect(Set(answers.map(\.requestID)).count == 100)
      #expect(Set(answers.map(\.payment.name)).count == 100)
      #expect(try await Self.imported(bureau, company) == 100)
    }
  }

  @Test func `a deadline ends the stream, and what was done is found by asking again`() async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let token = try await kim.token(), connection = try kim.connection
      let item = Self.item(1, at: company)
      var options = CallOptions.defaults
      options.timeout = .milliseconds(300)
      let error = await #expect(throws: RPCError.self) {
        try await connection.payments.importInvoices(
          metadata: ["authorization": "Bearer \(token)"], options: options
        ) { writer in
          try await writer.write(item)
          // The sender would never close its half.
          for await _ in AsyncStream<Void>.makeStream().stream {}
        } onResponse: { response in
          for try await _ in response.messages {}
        }
      }
      #expect(error?.code == .deadlineExceeded)
      let again = try await Self.stream(kim) { try await $0.send(item) }
      #expect(again.first?.payment.name.isEmpty == false)
      #expect(try await Self.imported(bureau, company) == 1)
    }
  }

  @Test func `who is not logged in opens no stream`() async throws {
    try await withBureau { bureau in
      let company = try bureau.company, administrator = try bureau.administrator
      let refused = await #expect(throws: Refused.self) {
        _ = try await Self.stream(administrator, token: "guessed") {
          try await $0.send(Self.item(1, at: company))
        }
      }
      #expect(refused?.code == .unauthenticated)
      #expect(try await Self.imported(bureau, company) == 0)
    }
  }
}
