import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Who calls too often, or fails too often, waits; others do not.
@Suite(.everyEngine) struct LimitTests {
  private func session(_ token: String?, _ bureau: TestBureau) async throws {
    var metadata: Metadata = [:]
    if let token { metadata.addString("Bearer \(token)", forKey: "authorization") }
    _ = try await Refused.calling {
      try await Connection(client: bureau.world.client).identity.getSession(
        .with { $0.name = "\(bureau.name)/sessions/-" }, metadata: metadata)
    }
  }

  private func login(_ bureau: String, _ world: World) async throws -> Bureau_V1_Order {
    try await Refused.calling {
      try await Connection(client: world.client).identity.startLogin(.with { $0.parent = bureau })
    }
  }

  private func collect(_ order: Bureau_V1_Order, _ world: World) async throws -> Bureau_V1_Order {
    try await Refused.calling {
      try await Connection(client: world.client).identity.collectOrder(
        .with { $0.name = order.name })
    }
  }

  private func refusal<Answer>(_ body: () async throws -> Answer) async throws -> Refused {
    do { _ = try await body() } catch let refused as Refused { return refused }
    throw TestFault("was not refused")
  }

  // MARK: Rates

  @Test func `a user who calls too often waits, others do not`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), max = try await bureau.reader("Max")
      let one = try await kim.logsIn().session.token, other = try await max.logsIn().session.token
      try await bureau.world.restart(limiting: RateSettings(user: Rate(perMinute: 60)))
      for _ in 1...10 { try await session(one, bureau) }
      let refused = try await bureau.refusal { try await session(one, bureau) }
      #expect(refused.reason == "RATE_LIMIT_USER")
      #expect(refused.code == .resourceExhausted)
      #expect(refused.retryAfter == .milliseconds(1_001))
      try await session(other, bureau)
      let metrics = try bureau.world.metrics.text(gauges: [:])
      #expect(metrics.contains("bureau_refusals_total{reason=\"RATE_LIMIT_USER\"} 1"))
      bureau.world.clock.turn(to: bureau.world.clock.now.adding(seconds: 1))
      try await session(one, bureau)
    }
  }

  @Test func `a company that is called too often is refused, another is not, nor by strangers`()
    async throws
  {
    try await withBureau { bureau in
      let own = try bureau.company, second = try await bureau.makeCompany("Annen AS")
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let robin = try bureau.administrator, stranger = try other.administrator
      func list(_ company: String, _ person: Person) async throws {
        _ = try await person.calls { connection, metadata in
          try await connection.payments.listPayments(
            .with { $0.parent = company }, metadata: metadata)
        }
      }
      _ = try await (robin.token(), stranger.token())
      try await bureau.world.restart(limiting: RateSettings(company: Rate(perMinute: 60)))
      // Refused each time, and nothing of it counts.
      for _ in 1...20 {
        #expect(try await refusal { try await list(own.name, stranger) }.reason == "ACCESS_DENIED")
      }
      for _ in 1...10 { try await list(own.name, robin) }
      let refused = try await refusal { try await list(own.name, robin) }
      #expect(refused.reason == "RATE_LIMIT_COMPANY")
      #expect(refused.retryAfter == .milliseconds(1_001))
      try await list(second.name, robin)
    }
  }

  @Test func `items of a stream count for their company, and are done when they come again`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let token = try await kim.token()
      try await bureau.world.restart(limiting: RateSettings(company: Rate(perMinute: 60)))
      let items = (1...12).map { number in
        var invoice = SupplierInvoice()
        invoice.number = "R-\(number)"
        let content = Data(invoice.ubl.utf8)
        return Bureau_V1_ImportInvoiceRequest.with {
          $0.parent = company.name
          $0.content = content
          $0.requestID = "item-\(number)"
        }
      }
      func send() async throws -> [Bureau_V1_ImportInvoicesResponse] {
        try await Connection(client: bureau.world.client).payments.importInvoices(
          metadata: ["authorization": "Bearer \(token)"]
        ) {
          try await $0.write(contentsOf: items)
        } onResponse: { response in
          var answers: [Bureau_V1_ImportInvoicesResponse] = []
          for try await answer in response.messages { answers.append(answer) }
          return answers
        }
      }
      let first = try await send().filter { $0.payment.name.isEmpty }
      #expect(first.count == 2)
      for answer in first {
        #expect(answer.error.code == Int32(RPCError.Code.resourceExhausted.rawValue))
        #expect("\(answer.error)".contains("RATE_LIMIT_COMPANY"))
      }
      bureau.world.clock.turn(to: bureau.world.clock.now.adding(minutes: 1))
      // A repeat counts as well: ten are had at once.
      #expect(try await send().count { !$0.payment.name.isEmpty } == 10)
      #expect(try await send().allSatisfy { $0.payment.name.isEmpty })
      let facts = try await bureau.facts(of: company).filter { $0.fact.name == "InvoiceImported" }
      #expect((10...12).contains(facts.count))
    }
  }

  @Test func `what a person has signed is carried out, however often the company is called`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, world = bureau.world, kim = office.kim
      let payment = try await kim.imports(SupplierInvoice())
      _ = try await (kim.token(), office.alex.token())
      try await world.restart(limiting: RateSettings(company: Rate(perMinute: 60)))
      let order = try await office.alex.startsSigning(payment)
      var refused: Refused?
      for _ in 1...20 where refused == nil {
        do { _ = try await kim.sees(payment) } catch let error as Refused { refused = error }
      }
      #expect(refused?.reason == "RATE_LIMIT_COMPANY")
      try await world.approve(order.qrText, as: office.alex.citizen)
      #expect(try await collect(order, world).state == .complete)
      world.clock.turn(to: world.clock.now.adding(seconds: 5))
      #expect(try await kim.sees(payment).state == .signed)
    }
  }

  @Test func `an address without a login, or with wrong tokens, is held back; sessions go on`()
    async throws
  {
    try await withBureau { bureau in
      let world = bureau.world, token = try await bureau.administrator.token()
      for guesses in [false, true] {
        try await world.restart(limiting: RateSettings(address: Rate(perMinute: 60)))
        func ask() async throws {
          if guesses { try await session("guess", bureau) } else { _ = try await login("x", world) }
        }
        let wanted = guesses ? "UNAUTHENTICATED" : "NAME_MALFORMED"
        for _ in 1...10 { #expect(try await refusal { try await ask() }.reason == wanted) }
        #expect(try await refusal { try await ask() }.reason == "RATE_LIMIT_ADDRESS")
        try await session(token, bureau)
      }
    }
  }

  // MARK: Tries

  @Test func `five logins of strangers lock their address for a minute, then for longer`()
    async throws
  {
    try await withBureau { bureau in
      let world = bureau.world, stranger = try bureau.stranger(), clock = world.clock
      func fails() async throws {
        let order = try await login(bureau.name, world)
        try await world.approve(order.qrText, as: stranger)
        #expect(try await refusal { try await collect(order, world) }.reason == "LOGIN_REFUSED")
      }
      for _ in 1...5 { try await fails() }
      let locked = try await bureau.refusal { try await login(bureau.name, world) }
      #expect(locked.reason == "TRIES_EXHAUSTED")
      #expect(locked.code == .resourceExhausted)
      clock.turn(to: clock.now.adding(seconds: 59))
      #expect(try await refusal { try await login(bureau.name, world) }.reason == "TRIES_EXHAUSTED")
      clock.turn(to: clock.now.adding(seconds: 1))
      try await fails()
      clock.turn(to: clock.now.adding(seconds: 119))
      #expect(try await refusal { try await login(bureau.name, world) }.reason == "TRIES_EXHAUSTED")
      clock.turn(to: clock.now.adding(seconds: 1))
      // A success clears the slate.
      try await bureau.administrator.logsIn()
      for _ in 1...4 { try await fails() }
      try await bureau.administrator.logsIn()
    }
  }

  /// What is said when another person signs.
  private func signs(
    _ payment: Bureau_V1_Payment, startedBy person: Person, as other: SandboxPerson, times: Int
  ) async throws -> [String] {
    var reasons: [String] = []
    for _ in 0..<times {
      let order = try await person.startsSigning(payment)
      try await person.bureau.world.approve(order.qrText, as: other)
      do { _ = try await collect(order, person.bureau.world) } catch let refused as Refused {
        reasons.append(refused.reason)
      }
    }
    return reasons
  }

  @Test func `whoever has another person sign five times signs nothing for a while`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, world = bureau.world, other = office.kim.citizen
      let alex = office.alex
      let payment = try await office.kim.imports(SupplierInvoice())
      let reasons = try await signs(payment, startedBy: alex, as: other, times: 5)
      #expect(reasons == Array(repeating: "EVIDENCE_OTHER_PERSON", count: 5))
      let locked = try await bureau.refusal { try await alex.startsSigning(payment) }
      #expect(locked.reason == "TRIES_EXHAUSTED")
      // Logging in is another thing, and so is another signer.
      _ = try await login(bureau.name, world)
      world.clock.turn(to: world.clock.now.adding(minutes: 1))
      try await alex.signs(payment)
      let seen = try await office.kim.sees(payment)
      #expect(seen.state == .signed)
    }
  }

  // MARK: Bureaus that do not exist

  @Test func `a login at no bureau looks like any other, and BankID hears nothing of it`()
    async throws
  {
    try await withBureau { bureau in
      let world = bureau.world
      let nowhere = "bureaus/\(String(repeating: "ab", count: 16))"
      let before = await world.bankID.pendingOrders().count
      let real = try await login(bureau.name, world), none = try await login(nowhere, world)
      #expect(await world.bankID.pendingOrders().count == before + 1)
      #expect(none.name.hasPrefix("\(nowhere)/orders/"))
      for order in [real, none] {
        #expect(order.state == .pending)
        #expect(order.qrText.split(separator: ".").map(\.count) == [6, 36, 1, 64])
        #expect(order.autoStartToken.count == 36)
        #expect(ID<Order>(hex: String(order.name.suffix(32)))?.uuid.uuidString.count == 36)
      }
      #expect(real.hint == none.hint)
      #expect(try await collect(none, world).hint == (try await collect(real, world).hint))
      #expect(try await collect(none, world).autoStartToken == none.autoStartToken)
      world.clock.turn(to: world.clock.now.adding(seconds: 31))
      let ended = [try await collect(none, world), try await collect(real, world)]
      #expect(ended.map(\.state) == [.failed, .failed])
      #expect(ended[0].hint == ended[1].hint)
      // A name that nobody was given is unknown at both.
      for parent in [nowhere, bureau.name] {
        var unknown = real
        unknown.name = "\(parent)/orders/\(String(repeating: "cd", count: 16))"
        let asked = unknown
        #expect(try await refusal { try await collect(asked, world) }.reason == "ORDER_NOT_FOUND")
      }
    }
  }
}
