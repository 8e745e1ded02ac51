import Domain
import Engine
import EngineSQLite
import Primitives
import Storage
import Testing

@Suite struct BoardMemoryTests {
  private let history = History()
  private let memory = BoardMemory()

  /// The board at a time, and how many questions it asked the database.
  private func board(_ database: SQLiteDatabase, at time: Instant = monday) async throws -> (
    rows: [ID<Company>: BoardFacts], questions: Int
  ) {
    try await database.read(as: history.bureauPlace.scope) { [history, memory] tx in
      let counting = ExplainingTransaction(tx)
      let page = try BoardTables.page(
        of: history.bureau, visibleTo: history.person.id, after: nil, limit: 10, at: time,
        memory: memory, in: counting)
      return (
        Dictionary(uniqueKeysWithValues: page.map { ($0.company, $0) }), counting.plans.count
      )
    }
  }

  private func filled() async throws -> SQLiteDatabase {
    let database = try await SQLiteDatabase.example()
    // Of the company its first days: an agreement and a consent.
    for step in history.bureauSteps + history.companySteps.prefix(5) {
      try await database.append(
        step.facts, by: .example(step.place, request: step.request, at: step.time))
    }
    return database
  }

  @Test func `what is known is not asked again while nothing happens`() async throws {
    let database = try await filled()
    let first = try await board(database), second = try await board(database)
    #expect(first.questions > second.questions)
    #expect(second.questions == 4)  // Whether all is seen, companies, the bureau's head, salaries.
    #expect(second.rows[history.company]?.displayName == "Company 1")
    #expect(second.rows.mapValues(\.queues) == first.rows.mapValues(\.queues))
    #expect(second.rows.mapValues(\.approvers) == first.rows.mapValues(\.approvers))
  }

  @Test func `what happens in a company is on the board at once`() async throws {
    let database = try await filled()
    let before = try await board(database).rows[history.company]
    var agreement = history.agreement
    (agreement.id, agreement.state) = (key(121), .draft)
    (agreement.signTime, agreement.linkHash) = (nil, nil)
    try await database.append(
      [.agreementDrafted(AgreementDrafted(agreement: agreement))],
      by: .example(history.place, request: "one more"))
    let after = try await board(database).rows[history.company]
    #expect(after?.waitingAgreements.count == (before?.waitingAgreements.count ?? 0) + 1)
  }

  @Test func `names and roles are the bureau's, and move every company`() async throws {
    let database = try await filled()
    #expect(
      try await board(database).rows[history.company]?.approvers.first?.displayName == "Alex 1")
    try await database.append(
      [
        .userUpdated(
          UserUpdated(user: history.person.id, displayName: "Alexandra", email: "a@example.com"))
      ], by: .example(history.bureauPlace, request: "renamed"))
    #expect(
      try await board(database).rows[history.company]?.approvers.first?.displayName == "Alexandra")
  }

  @Test func `what had ended when the board was read is there for who asks of an earlier time`()
    async throws
  {
    let database = try await filled()
    let late = try await board(database, at: monday.adding(days: 4_000))
    #expect(late.rows[history.company]?.consents.isEmpty == true)
    let early = try await board(database, at: monday)
    #expect(early.rows[history.company]?.consents.isEmpty == false)
  }
}
