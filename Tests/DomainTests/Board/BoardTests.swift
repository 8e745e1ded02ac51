import Domain
import Primitives
import Testing

@Suite struct BoardTests {
  private let now = Self.moment("2026-03-02T08:00:00Z")
  private let kari = Self.user(1), ola = Self.user(2)

  private static func id<Of>(_ number: UInt8) -> ID<Of>? {
    ID(bytes: [UInt8](repeating: number, count: 16))
  }

  private static func moment(_ text: String) -> Instant {
    Instant(rfc3339: text) ?? Instant(microseconds: 0)
  }

  private static func user(_ number: UInt8) -> BoardFacts.Approver? {
    id(number).map { BoardFacts.Approver(user: $0, displayName: "User \(number)") }
  }

  /// A company at which all is well: an agreement, an approver with a consent for half a year.
  private func facts(_ change: (inout BoardFacts) -> Void = { _ in }) throws -> BoardFacts {
    let kari = try #require(kari)
    var facts = BoardFacts(
      company: try #require(Self.id(9)), displayName: "Fjord Fisk AS",
      organisationNumber: "988077917")
    facts.activeBanks = ["dnb"]
    facts.approvers = [kari]
    facts.consents = [.init(user: kari.user, bank: "dnb", expireTime: now.adding(days: 180))]
    change(&facts)
    return facts
  }

  private func row(_ facts: BoardFacts, for reader: BoardFacts.Approver?) throws -> BoardRow {
    BoardRow(facts, for: try #require(reader).user, at: now)
  }

  @Test func `where all is well there is no exception and every mark is green`() throws {
    let row = try row(try facts(), for: kari)
    #expect(row.exceptions.isEmpty)
    #expect(row.agreementMark == .green && row.consentMark == .green)
    #expect(row.ownConsentMark == .green)
  }

  @Test
  func
    `the consent mark is each approver's own, the agreement's is everybody's (C-05, C-06, C-07)`()
    throws
  {
    let ola = try #require(ola)
    let facts = try facts { $0.approvers.append(ola) }
    let row = try row(facts, for: ola)
    #expect(row.agreementMark == .green && row.consentMark == .green)
    #expect(row.ownConsentMark == .red)
    #expect(row.exceptions.isEmpty)
    // Who is no approver there has no mark of their own.
    let reader = try #require(Self.user(3))
    #expect(try self.row(facts, for: reader).ownConsentMark == nil)
  }

  @Test func `without a live consent the mark is red and says who is to give it (C-04)`() throws {
    let now = now
    for change in [
      { $0.consents = [] }, { $0.consents[0].expireTime = now },
      { $0.consents[0].bank = "seb" },
    ] as [(inout BoardFacts) -> Void] {
      let row = try row(try facts(change), for: kari)
      #expect(row.consentMark == .red && row.ownConsentMark == .red)
      #expect(row.exceptions.map(\.cause) == [.noConsent])
      #expect(row.exceptions.first?.owner == "User 1")
      #expect(row.exceptions.first?.command == "bureau consent give --bank dnb")
    }
  }

  @Test(arguments: [(13, BoardMark.yellow), (14, .yellow), (15, .green)])
  func `a consent that ends within two weeks is yellow`(days: Int, mark: BoardMark) throws {
    let now = now
    let row = try row(
      try facts { $0.consents[0].expireTime = now.adding(days: days) }, for: kari)
    #expect(row.consentMark == mark)
    #expect(row.exceptions.map(\.cause) == (mark == .yellow ? [.consentEndsSoon] : []))
    // Another approver's longer consent covers the company, not oneself.
    let ola = try #require(ola)
    let both = try self.row(
      try facts {
        $0.consents[0].expireTime = now.adding(days: days)
        $0.approvers.append(ola)
        $0.consents.append(.init(user: ola.user, bank: "dnb", expireTime: now.adding(days: 90)))
      }, for: kari)
    #expect(both.consentMark == .green && both.ownConsentMark == mark)
  }

  @Test func `each exception has cause, owner, date and the command that mends it, worst first`()
    throws
  {
    let agreement: ID<Agreement> = try #require(Self.id(7))
    let now = now
    let row = try row(
      try facts {
        $0.activeBanks = []
        $0.approvers = []
        $0.consents = []
        $0.waitingAgreements = [
          .init(
            id: agreement, state: .sentForSigning, bank: "dnb", signer: "Dag", createTime: now),
          .init(id: agreement, state: .draft, bank: "seb", signer: "Dag", createTime: now),
        ]
        $0.queues = [.inDoubt: 2, .error: 1, .acknowledged: 4]
        $0.nextDueDate = CalendarDate(iso: "2026-03-01")
        $0.holdTime = now
      }, for: kari)
    #expect(
      row.exceptions.map(\.cause) == [
        .paymentsInDoubt, .paymentsInError, .paymentsOverdue, .transfersHeld, .agreementNotSent,
        .agreementNotSigned, .noApprover,
      ])
    #expect(row.agreementMark == .red && row.consentMark == .red)
    for exception in row.exceptions {
      #expect(!exception.message.isEmpty && !exception.owner.isEmpty)
      #expect(exception.command.hasPrefix("bureau "))
    }
    #expect(row.exceptions.first { $0.cause == .agreementNotSigned }?.owner == "Dag")
    #expect(row.exceptions.first { $0.cause == .paymentsOverdue }?.date?.iso == "2026-03-01")
    let nothing = try self.row(try facts { $0.activeBanks = [] }, for: kari)
    #expect(nothing.exceptions.map(\.cause) == [.noAgreement])
  }

  @Test(arguments: AgreementState.allCases)
  func `each state of an agreement is told as what it is (A-09, R-02, X-03)`(
    state: AgreementState
  ) throws {
    let agreement: ID<Agreement> = try #require(Self.id(7))
    let now = now
    let row = try row(
      try facts {
        $0.waitingAgreements = [
          .init(id: agreement, state: state, bank: "seb", signer: "Dag", createTime: now)
        ]
      }, for: kari)
    let told = row.exceptions.map { "\($0.cause) \($0.mark) \($0.owner) | \($0.command)" }
    let id = agreement.hex
    let expected: [AgreementState: String] = [
      .draft: "agreementNotSent red accountant | bureau agreement send \(id)",
      .sentForSigning: "agreementNotSigned red Dag | bureau agreement send \(id)",
      .signed: "agreementInReview yellow the bank's partner | bureau agreement get \(id)",
      .manualReview: "agreementInReview yellow the bank's partner | bureau agreement get \(id)",
      .savedNotActivated:
        "agreementNotActivated red accountant | bureau agreement activate \(id)",
    ]
    #expect(told == [expected[state]].compactMap(\.self))
  }

  @Test func `every cause has its place in the order`() {
    #expect(Set(BoardCause.order).count == BoardCause.allCases.count)
  }

  @Test func `what is due today is not overdue`() throws {
    let row = try row(
      try facts { $0.nextDueDate = CalendarDate(iso: "2026-03-02") }, for: kari)
    #expect(row.exceptions.isEmpty)
  }
}
