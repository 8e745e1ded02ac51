import Domain
import Engine
import EngineSQLite
import Primitives
import Testing

@testable import Storage

/// Invariant J: what was true at a moment can be read again for ever.
@Suite struct AsOfTests {
  private let history = History()

  /// Replays `place` to `time` and hands the past to `body`.
  private func past<T: Sendable>(
    of place: Place, at time: Instant, from live: any Database, limit: Int64 = 10_000,
    _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    let heads = try await live.read(as: place.scope) { try AsOf.heads(of: place, in: $0) }
    let past = try await SQLiteDatabase.inMemory()
    let result: Result<T, any Error>
    do {
      _ = try await AsOf.replay(
        place, at: time, heads: heads, from: live, into: past, limit: limit)
      result = .success(try await past.read(as: place.scope, body))
    } catch { result = .failure(error) }
    await past.close()
    return try result.get()
  }

  private func states(_ time: Instant, _ live: any Database) async throws -> [PaymentState] {
    let place = history.place
    return try await past(of: place, at: time, from: live) { tx in
      try PaymentTables.list(of: place, state: nil, after: nil, limit: 10, in: tx).map(\.state)
    }
  }

  @Test func `J the past holds the facts up to the moment and that moment's`() async throws {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    // Steps are a minute apart: payments at 4 and 5, acknowledged at 6, changed at 7, signed at 8.
    #expect(try await states(monday.adding(minutes: 3), live) == [])
    #expect(try await states(monday.adding(minutes: 4), live) == [.proposalComplete])
    #expect(
      try await states(monday.adding(minutes: 6), live) == [.acknowledged, .proposalIncomplete])
    #expect(
      try await states(Instant(microseconds: monday.adding(minutes: 8).microseconds - 1), live)
        == [.acknowledged, .proposalOpenItems])
    #expect(try await states(monday.adding(minutes: 8), live) == [.signed, .signed])
  }

  @Test func `J the whole past is what is live now`() async throws {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    let place = history.place
    @Sendable func read(_ tx: any Transaction) throws -> [String] {
      [
        "\(try PaymentTables.list(of: place, state: nil, after: nil, limit: 10, in: tx))",
        "\(try AgreementTables.list(of: place, limit: 10, in: tx))",
        "\(try ConsentTables.list(of: place, limit: 10, in: tx))",
        "\(try TransferTables.list(of: place, for: .shown, limit: 10, in: tx))",
        "\(try PostingTables.list(of: place, after: nil, limit: 10, in: tx))",
        "\(try StatementTables.list(of: place, for: .shown, after: nil, limit: 10, in: tx))",
        "\(try TenancyTables.roles(of: place.bureau, after: nil, limit: 10, in: tx))",
      ]
    }
    let now = try await live.read(as: place.scope) { try read($0) }
    let then = try await past(of: place, at: monday.adding(days: 9), from: live) { try read($0) }
    #expect(now == then)
  }

  @Test func `J what was written after the clock was turned back does not change the past`()
    async throws
  {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    let before = try await states(monday.adding(minutes: 5), live)
    #expect(before == [.proposalComplete, .proposalIncomplete])
    try await live.append(
      [.paymentDeleted(PaymentDeleted(payment: History.second))],
      by: .example(history.place, request: "back", at: monday.adding(minutes: 5)))
    #expect(try await states(monday.adding(minutes: 5), live) == before)
    #expect(try await states(monday.adding(days: 1), live).last == .deleted)
  }

  @Test func `J the bureau's journal counts as far as the company's facts have seen it`()
    async throws
  {
    let live = try await SQLiteDatabase.example()
    // The bureau's clock runs an hour fast.
    for step in history.bureauSteps {
      try await live.append(
        step.facts,
        by: .example(step.place, request: step.request, at: step.time.adding(hours: 1)))
    }
    for step in history.companySteps {
      try await live.append(
        step.facts, by: .example(step.place, request: step.request, at: step.time))
    }
    #expect(try await states(monday.adding(minutes: 4), live) == [.proposalComplete])
  }

  @Test func `J a company that was not there yet is refused, and so are too many facts`()
    async throws
  {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    let early = Instant(microseconds: monday.microseconds - 1)
    await #expect(throws: AsOfError.beforeCompany) { try await states(early, live) }
    // The company is the second step of its bureau.
    await #expect(throws: AsOfError.beforeCompany) {
      try await past(of: Place(bureau: history.bureau, company: key(9)), at: monday, from: live) {
        _ in
      }
    }
    let place = history.place
    await #expect(throws: AsOfError.tooManyFacts(limit: 60)) {
      try await past(of: place, at: monday.adding(days: 1), from: live, limit: 60) { _ in }
    }
    try await past(of: place, at: monday.adding(minutes: 1), from: live, limit: 60) { _ in }
  }

  @Test func `J what an erased fact had made is not shown, and nothing is said to be broken`()
    async throws
  {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    let place = history.place
    // The invoice and its payment, proposed at minute 4.
    let erased = try await live.read(as: place.scope) { tx in
      try #require(
        try tx.first(
          """
          SELECT max(seq) FROM fact WHERE bureau = \(place.bureau) AND company = \(place.company)
          """, as: Int64.self)) / 2
    }
    try await live.alone { connection in
      try connection.execute(
        """
        UPDATE main.fact SET body = \([UInt8]()) WHERE bureau = \(place.bureau)
          AND company = \(place.company) AND seq = \(erased)
        """)
    }
    await #expect(throws: AsOfError.erased) { try await states(monday.adding(days: 9), live) }
    // What was before it can still be told.
    #expect(try await states(monday.adding(minutes: 3), live) == [])
    #expect(try await states(monday.adding(minutes: 4), live) == [.proposalComplete])
    let scratch = try await SQLiteDatabase.scratch()
    let report = try await Rebuild.verify(live, scratch: scratch)
    await scratch.close()
    #expect(report.isClean && report.erasureCount == 1)
    #expect(report.erasures.map(\.sequence) == [erased] && report.erasures.map(\.place) == [place])
    // Nothing is made anew from what is not there.
    let dump = try await live.dump(of: history.bureau)
    let fault = await #expect(throws: ReplayFault.self) { try await Rebuild.run(live) }
    #expect(fault?.isErasure == true && fault?.what.contains("was erased") == true)
    #expect(try await live.dump(of: history.bureau) == dump)
  }

  @Test func `T nothing of another company comes along`() async throws {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    let other = History(company: key(3), mark: 2, organisationNumber: "974760673")
    try await live.append(
      [.companyCreated(CompanyCreated(company: other.theCompany))],
      by: .example(other.bureauPlace, request: "second"))
    try await other.append(to: live, withBureau: false)
    let before = try await live.dump(of: history.bureau)
    let texts = try await past(
      of: history.place, at: monday.adding(days: 9), from: live
    ) { [history] tx in
      try tx.rows("SELECT creditor_name FROM payment", as: String?.self).compactMap(\.self)
        + [try TenancyTables.company(history.place, in: tx)?.displayName ?? ""]
    }
    #expect(texts.allSatisfy { !$0.contains("2") })
    #expect(try await live.dump(of: history.bureau) == before)
  }
}
