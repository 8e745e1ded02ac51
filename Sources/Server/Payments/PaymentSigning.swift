package import Domain
import Engine
import Policies
import Primitives
import Storage

/// What is true in one company while payments are signed: read once, and carried from payment to
/// payment, so that those signed together count for each other under the limits of a day.
struct SigningRound {
  private let user: ID<User>
  private let place: Place
  private let time: Instant
  private let tx: any Transaction
  private let agreements: [Agreement]
  private let unknown: [UnknownPayment]
  private let consents: [Consent]
  /// The policy of now, whatever it was when the signature was asked for.
  private let policy: CompanyPolicy
  private let timing: TransferTiming
  private var day: SignedDay
  /// Salaries have a day of their own: nobody's refusal tells how much of them was signed.
  private var salaryDay: SignedDay
  private let sight: SalarySight
  /// Of the signature that has come.
  private var lines: SignedLines?
  private var found: [ID<Payment>: (payee: PayeeStanding, duplicates: [Duplicate])] = [:]

  /// - Parameter signTime: When the person has signed, and on which day it counts; nil: not yet.
  init(
    by user: ID<User>, at place: Place, time: Instant, signTime: Instant? = nil,
    in tx: any Transaction
  ) throws {
    self.user = user
    self.place = place
    self.time = time
    self.tx = tx
    agreements = try AgreementTables.remitting(
      of: place, on: time.date(in: .centralEuropean), in: tx)
    unknown = try HoldTables.unknownPayments(barring: place, in: tx)
    consents = try ConsentTables.own(user, of: place, in: tx)
    policy = try PolicyTables.inForce(at: place, in: tx).policy
    timing = try TransferSettingTables.timing(of: place, in: tx)
    let day = signTime ?? time
    // Not asked for where the policy has no limits of a day.
    sight = try SalaryTables.sight(of: user, at: place, in: tx)
    let none = SignedDay(date: SignedDay.date(of: day), totals: [:])
    self.day =
      policy.perDay.isEmpty ? none : try PolicyTables.signedDay(of: day, at: place, in: tx)
    let hasSalaryLimits = !(policy.salary?.perDay ?? policy.perDay).isEmpty
    salaryDay =
      sight == .hidden || !hasSalaryLimits
      ? none : try PolicyTables.signedDay(of: day, at: place, salaries: true, in: tx)
  }

  private func load(_ id: ID<Payment>) throws -> Payment {
    guard let payment = try PaymentTables.load(id, of: place, for: sight, in: tx) else {
      throw PaymentError.notFound
    }
    return payment
  }

  private func standing(of payment: Payment) throws -> PayeeStanding {
    // Whom a company employs is no matter of its suppliers' register.
    if payment.salary != nil { return .unregistered }
    return try SupplierTables.standing(
      of: payment.supplierKey, payment.terms.creditorAccount, at: place, in: tx)
  }

  /// How many must sign it; it counts for those signed after it.
  private mutating func required(_ payment: Payment, _ item: Approval.Item) throws -> Int {
    let today = payment.salary == nil ? day : salaryDay
    let required = try payment.required(by: policy, for: item, signedBy: user, on: today)
    if payment.salary == nil { day.add(payment) } else { salaryDay.add(payment) }
    return required
  }

  /// What of a payment is to be signed (P-09, P-11, L-02).
  mutating func item(_ id: ID<Payment>) throws -> Approval.Item {
    let payment = try load(id), payee = try standing(of: payment)
    var item = try payment.approving(with: agreements, besides: unknown, payee: payee)
    _ = try required(payment, item)
    let duplicates = try DuplicateTables.found(for: payment, at: place, in: tx)
    found[id] = (payee, duplicates)
    item.notes += DuplicateRules.notes(on: duplicates)
    return item
  }

  func requireConsents(_ items: [Approval.Item]) throws {
    for bank in Set(items.map(\.rendered.bank)).sorted() {
      _ = try ConsentRules.required(of: user, bank: bank, among: consents, at: time)
    }
  }

  /// Whether the payment is no second one for the same debt, and the account that it goes to is one
  /// that may be paid; asked when nothing else is in the way, since somebody else has to see to it.
  func requirePayee(of item: Approval.Item) throws {
    guard let (payee, duplicates) = found[item.rendered.payment] else { return }
    try DuplicateRules.check(duplicates)
    try payee.check(by: policy)
  }

  /// The facts of a signature that has come: the same checks again, on what is true now.
  mutating func facts(_ id: ID<Payment>, with evidence: Evidence) throws -> [Fact] {
    let payment = try load(id), payee = try standing(of: payment)
    let item = try payment.approving(with: agreements, besides: unknown, payee: payee)
    try requireConsents([item])
    let required = try required(payment, item)
    try DuplicateRules.check(DuplicateTables.found(for: payment, at: place, in: tx))
    try payee.check(by: policy)
    let signed =
      lines.flatMap { $0.evidence == evidence ? $0 : nil } ?? SignedLines(evidence)
    lines = signed
    return try payment.signing(
      item, by: user, with: signed, required: required, timing: timing)
  }
}

/// Signing several payments of one company at once: all or none, since one signature covers them.
enum PaymentSigning {
  /// What the approver is to sign now.
  static func approval(
    of payments: [ID<Payment>], by user: ID<User>, at place: Place, time: Instant,
    in tx: any Transaction
  ) throws -> Approval {
    guard !payments.isEmpty else { throw PaymentError.noPayments }
    guard payments.count <= Approval.limit else {
      throw PaymentError.tooManyPayments(limit: Approval.limit)
    }
    guard let company = try TenancyTables.company(place, in: tx) else {
      throw TenancyError.companyNotFound
    }
    var round = try SigningRound(by: user, at: place, time: time, in: tx)
    var items: [Approval.Item] = []
    for (index, id) in payments.enumerated() {
      do { items.append(try round.item(id)) } catch let refusal as any Refusal {
        throw RefusedItem(
          refusal: refusal, field: "payments[\(index)]",
          name: ResourceName.child("payments", id, of: place))
      }
    }
    try round.requireConsents(items)
    for (index, item) in items.enumerated() {
      do { try round.requirePayee(of: item) } catch let refusal as any Refusal {
        throw RefusedItem(
          refusal: refusal, field: "payments[\(index)]",
          name: ResourceName.child("payments", item.rendered.payment, of: place))
      }
    }
    return Approval(companyName: company.displayName, items: items)
  }

  /// The facts of a signature that has come.
  static func facts(
    for payments: [ID<Payment>], by user: ID<User>, with evidence: Evidence, at place: Place,
    _ context: Commands.Context
  ) throws -> [Fact] {
    var round = try SigningRound(
      by: user, at: place, time: context.time, signTime: evidence.time, in: context.transaction)
    return try payments.flatMap { try round.facts($0, with: evidence) }
  }
}

/// A refusal that concerns one of several things asked for, with its place and name.
package struct RefusedItem: Refusal {
  package let refusal: any Refusal
  package let field: String?
  package let name: String

  package init(refusal: any Refusal, field: String, name: String) {
    self.refusal = refusal
    self.field = field
    self.name = name
  }

  package var kind: RefusalKind { refusal.kind }
  package var reason: String { refusal.reason }
  package var message: String { refusal.message }
  package var metadata: [String: String] {
    refusal.metadata.merging(["name": name]) { first, _ in first }
  }
}
