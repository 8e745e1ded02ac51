// What a bureau sees of one company at a glance. Counts come from projections; what depends on the
// time (consents that end, payments that are due) is decided here, at reading.

package import Primitives

package enum BoardMark: String, Sendable, CaseIterable {
  case green, yellow, red
}

/// What is stored about one company, as the board needs it.
package struct BoardFacts: Sendable {
  package struct WaitingAgreement: Sendable, Equatable {
    package var id: ID<Agreement>
    package var state: AgreementState
    package var bank: String
    package var signer: String
    package var createTime: Instant

    package init(
      id: ID<Agreement>, state: AgreementState, bank: String, signer: String, createTime: Instant
    ) {
      self.id = id
      self.state = state
      self.bank = bank
      self.signer = signer
      self.createTime = createTime
    }
  }

  package struct Approver: Sendable, Equatable {
    package var user: ID<User>
    package var displayName: String

    package init(user: ID<User>, displayName: String) {
      self.user = user
      self.displayName = displayName
    }
  }

  package struct LiveConsent: Sendable, Equatable {
    package var user: ID<User>
    package var bank: String
    package var expireTime: Instant

    package init(user: ID<User>, bank: String, expireTime: Instant) {
      self.user = user
      self.bank = bank
      self.expireTime = expireTime
    }
  }

  package var company: ID<Company>
  package var displayName: String
  package var organisationNumber: String
  /// Banks with an active agreement, each once.
  package var activeBanks: [String] = []
  /// Neither active nor over.
  package var waitingAgreements: [WaitingAgreement] = []
  package var approvers: [Approver] = []
  /// Not revoked and not expired.
  package var consents: [LiveConsent] = []
  package var queues: [PaymentState: Int] = [:]
  /// Of salaries, where the reader sees them.
  package var salaryQueues: [PaymentState: Int] = [:]
  package var nextDueDate: CalendarDate?
  package var holdTime: Instant?
  /// Payees' accounts that somebody has to confirm before what waits for them may be signed.
  package var accountsAwaitingConfirmation = 0

  package init(company: ID<Company>, displayName: String, organisationNumber: String) {
    self.company = company
    self.displayName = displayName
    self.organisationNumber = organisationNumber
  }
}

/// Something that somebody has to do, or waits for. The numbers are those of the API.
package enum BoardCause: Int, Sendable, CaseIterable {
  case paymentsInDoubt = 1, paymentsInError, paymentsOverdue, transfersHeld, noAgreement
  case agreementNotSent, agreementNotSigned, noApprover, noConsent, consentEndsSoon
  case agreementNotActivated, agreementInReview, payeeAccountsHeld

  /// How bad it is: the worst first.
  package static let order: [Self] = [
    .paymentsInDoubt, .paymentsInError, .paymentsOverdue, .transfersHeld, .payeeAccountsHeld,
    .noAgreement,
    .agreementNotActivated, .agreementNotSent, .agreementNotSigned, .noApprover, .noConsent,
    .consentEndsSoon, .agreementInReview,
  ]
}

package struct BoardException: Sendable, Equatable {
  package var cause: BoardCause
  package var mark: BoardMark
  package var message: String
  package var owner: String
  package var date: CalendarDate?
  package var command: String
}

package struct BoardRow: Sendable {
  package var facts: BoardFacts
  package var agreementMark: BoardMark
  package var consentMark: BoardMark
  /// nil: the reader is no approver there.
  package var ownConsentMark: BoardMark?
  package var exceptions: [BoardException]

  /// A consent that ends within these days is to be renewed.
  package static let warningDays = 14

  package init(_ facts: BoardFacts, for reader: ID<User>, at time: Instant) {
    self.facts = facts
    let today = time.date(in: .centralEuropean)
    let soon = time.adding(days: Self.warningDays)
    var found: [BoardException] = []
    Self.addPayments(facts, today, &found)
    Self.addAgreements(facts, &found)
    agreementMark = facts.activeBanks.isEmpty ? .red : .green
    consentMark = facts.activeBanks.isEmpty ? .red : .green
    let isApprover = facts.approvers.contains { $0.user == reader }
    ownConsentMark = isApprover ? (facts.activeBanks.isEmpty ? .red : .green) : nil
    if facts.approvers.isEmpty {
      found.append(
        BoardException(
          cause: .noApprover, mark: .red, message: "Nobody in the company may sign.",
          owner: "customer administrator", date: nil,
          command: "bureau role assign --role approver --user USER"))
    }
    for bank in facts.activeBanks {
      let live = facts.consents.filter { $0.bank == bank && $0.expireTime > time }
      let until = live.map(\.expireTime).max()
      let mark = Self.mark(until, soon)
      consentMark = max(consentMark, mark)
      if let own = ownConsentMark {
        let until = live.filter { $0.user == reader }.map(\.expireTime).max()
        ownConsentMark = max(own, Self.mark(until, soon))
      }
      if let exception = Self.exception(mark, bank, until, facts) { found.append(exception) }
    }
    exceptions =
      found.count < 2
      ? found : BoardCause.order.flatMap { cause in found.filter { $0.cause == cause } }
  }

  private static func mark(_ until: Instant?, _ soon: Instant) -> BoardMark {
    guard let until else { return .red }
    return until <= soon ? .yellow : .green
  }

  private static func exception(
    _ mark: BoardMark, _ bank: String, _ until: Instant?, _ facts: BoardFacts
  ) -> BoardException? {
    let names = facts.approvers.map(\.displayName).joined(separator: ", ")
    let owner = names.isEmpty ? "customer administrator" : names
    switch mark {
    case .green: return nil
    case .yellow:
      return BoardException(
        cause: .consentEndsSoon, mark: .yellow,
        message: "The last consent at \(bank) ends soon.", owner: owner,
        date: until?.date(in: .centralEuropean), command: "bureau consent give --bank \(bank)")
    case .red:
      return BoardException(
        cause: .noConsent, mark: .red,
        message: "Nobody has an active consent at \(bank): no bank data are fetched (C-04).",
        owner: owner, date: nil, command: "bureau consent give --bank \(bank)")
    }
  }

  private static func addAgreements(_ facts: BoardFacts, _ found: inout [BoardException]) {
    found += facts.waitingAgreements.compactMap { exception($0) }
    if facts.activeBanks.isEmpty, facts.waitingAgreements.isEmpty {
      found.append(
        BoardException(
          cause: .noAgreement, mark: .red,
          message: "The company has no bank agreement: nothing can be paid.",
          owner: "accountant", date: nil, command: "bureau agreement create --bank BANK …"))
    }
  }

  /// Nil where the agreement is in use or over.
  private static func exception(_ agreement: BoardFacts.WaitingAgreement) -> BoardException? {
    let cause: BoardCause, mark: BoardMark, message: String, owner: String, command: String
    let bank = agreement.bank, id = agreement.id.hex
    switch agreement.state {
    case .draft:
      (cause, mark, owner) = (.agreementNotSent, .red, "accountant")
      message = "The agreement with \(bank) was not sent to its signer."
      command = "bureau agreement send \(id)"
    case .sentForSigning:
      (cause, mark, owner) = (.agreementNotSigned, .red, agreement.signer)
      message = "The agreement with \(bank) waits for its signer."
      command = "bureau agreement send \(id)"
    case .signed, .manualReview:
      (cause, mark, owner) = (.agreementInReview, .yellow, "the bank's partner")
      message = "The agreement with \(bank) is under review: nothing needs doing (R-02)."
      command = "bureau agreement get \(id)"
    case .savedNotActivated:
      (cause, mark, owner) = (.agreementNotActivated, .red, "accountant")
      message = "The agreement with \(bank) is saved but not activated: the bank was not reached."
      command = "bureau agreement activate \(id)"
    case .active, .legacyActive, .rejected, .terminated: return nil
    }
    return BoardException(
      cause: cause, mark: mark, message: message, owner: owner,
      date: agreement.createTime.date(in: .centralEuropean), command: command)
  }

  private static func addSalaries(_ facts: BoardFacts, _ found: inout [BoardException]) {
    if let count = facts.salaryQueues[.inDoubt], count > 0 {
      found.append(
        BoardException(
          cause: .paymentsInDoubt, mark: .red,
          message: "The outcome of \(count) salaries is not known: look into the online bank.",
          owner: "payroll", date: nil, command: "bureau payment list --state in-doubt"))
    }
    if let count = facts.salaryQueues[.error], count > 0 {
      found.append(
        BoardException(
          cause: .paymentsInError, mark: .red, message: "The bank has refused \(count) salaries.",
          owner: "payroll", date: nil, command: "bureau payment list --state error"))
    }
  }

  private static func addPayments(
    _ facts: BoardFacts, _ today: CalendarDate, _ found: inout [BoardException]
  ) {
    if let count = facts.queues[.inDoubt], count > 0 {
      found.append(
        BoardException(
          cause: .paymentsInDoubt, mark: .red,
          message: "The outcome of \(count) payments is not known: look into the online bank.",
          owner: "accountant", date: nil, command: "bureau payment list --state in-doubt"))
    }
    if let count = facts.queues[.error], count > 0 {
      found.append(
        BoardException(
          cause: .paymentsInError, mark: .red, message: "The bank has refused \(count) payments.",
          owner: "accountant", date: nil, command: "bureau payment list --state error"))
    }
    addSalaries(facts, &found)
    if let due = facts.nextDueDate, due < today {
      let names = facts.approvers.map(\.displayName).joined(separator: ", ")
      found.append(
        BoardException(
          cause: .paymentsOverdue, mark: .red,
          message: "Payments are due and nobody has signed them.",
          owner: names.isEmpty ? "customer administrator" : names, date: due,
          command: "bureau payment list --state acknowledged"))
    }
    let waiting = facts.accountsAwaitingConfirmation
    if waiting > 0 {
      found.append(
        BoardException(
          cause: .payeeAccountsHeld, mark: .yellow,
          message: waiting == 1
            ? "Payments wait until somebody confirms a payee's new account."
            : "Payments wait until somebody confirms \(waiting) payees' new accounts.",
          owner: "accountant", date: nil, command: "bureau supplier list --accounts held"))
    }
    if let time = facts.holdTime {
      found.append(
        BoardException(
          cause: .transfersHeld, mark: .red,
          message: "Transfers are held since an older copy of the database was put back.",
          owner: "customer administrator", date: time.date(in: .centralEuropean),
          command: "bureau transfer hold get"))
    }
  }
}

extension BoardMark: Comparable {
  private var rank: Int {
    switch self {
    case .green: 0
    case .yellow: 1
    case .red: 2
    }
  }

  package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}
