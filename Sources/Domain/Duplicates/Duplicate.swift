// The same debt proposed twice: by another number, by another source, or by mistake. What is found
// stops the signature until a person has said, with a reason, that both are owed.

package import Primitives

/// Another payment that may be for the same debt.
package struct Duplicate: Sendable, Equatable {
  package enum Likeness: String, Sendable, CaseIterable {
    /// The same payment reference.
    case reference
    /// The same invoice number, however it is written.
    case invoiceNumber
  }

  package var payment: ID<Payment>
  package var likeness: Likeness
  package var invoiceNumber: String
  package var state: PaymentState
  package var createTime: Instant
  /// Why somebody has said that both are owed; nil: nobody has.
  package var dismissal: String?

  package init(
    payment: ID<Payment>, likeness: Likeness, invoiceNumber: String, state: PaymentState,
    createTime: Instant, dismissal: String? = nil
  ) {
    self.payment = payment
    self.likeness = likeness
    self.invoiceNumber = invoiceNumber
    self.state = state
    self.createTime = createTime
    self.dismissal = dismissal
  }
}

/// A person has said that a payment and those it resembles are all owed.
package struct DuplicatesDismissed: Sendable, Equatable {
  package var payment: ID<Payment>
  package var others: [ID<Payment>]
  package var user: ID<User>
  package var reason: String

  package init(payment: ID<Payment>, others: [ID<Payment>], user: ID<User>, reason: String) {
    self.payment = payment
    self.others = others
    self.user = user
    self.reason = reason
  }
}

/// What of a payment tells whether another one is the same.
package struct DuplicateKey: Sendable, Equatable {
  package var payment: ID<Payment>
  package var supplierKey: String
  package var account: AccountNumber?
  /// What the invoice asks for, whatever is set off.
  package var amount: Money
  package var reference: String?
  package var invoiceNumber: String
  package var state: PaymentState
  package var createTime: Instant

  package init(
    payment: ID<Payment>, supplierKey: String, account: AccountNumber?, amount: Money,
    reference: String?, invoiceNumber: String, state: PaymentState, createTime: Instant
  ) {
    self.payment = payment
    self.supplierKey = supplierKey
    self.account = account
    self.amount = amount
    self.reference = reference
    self.invoiceNumber = invoiceNumber
    self.state = state
    self.createTime = createTime
  }

  package init(_ payment: Payment) {
    self.init(
      payment: payment.id, supplierKey: payment.supplierKey,
      account: payment.terms.creditorAccount,
      amount: payment.netting?.gross ?? payment.terms.amount,
      reference: (payment.netting.map(\.reference) ?? payment.terms.reference)?.text,
      invoiceNumber: payment.invoiceNumber,
      state: payment.state, createTime: payment.createTime)
  }

  /// An invoice number as it is compared: sources differ in blanks, signs, letter case and zeros in
  /// front.
  package static func number(_ text: String) -> String {
    let plain = text.unicodeScalars.filter { !signs.contains($0) }.map { scalar in
      scalar.isASCII ? Character(scalar).lowercased() : String(scalar)
    }.joined(separator: "")
    let significant = String(plain.drop { $0 == "0" })
    return significant.isEmpty ? plain : significant
  }

  /// What is passed over: in this order in SQL too.
  package static let signs: [Unicode.Scalar] = [" ", "-", "/", ".", "_", "#"]
}

/// Why a finding is refused or in the way, in the order it is checked.
package enum DuplicateError: Refusal, Equatable {
  case reasonInvalid
  case nothingFound
  case notPerson
  /// The invoice number of the other, and its id.
  case found(String, id: String)

  package var kind: RefusalKind { self == .reasonInvalid ? .invalidArgument : .failedPrecondition }

  package var reason: String {
    switch self {
    case .reasonInvalid: "DUPLICATE_REASON_INVALID"
    case .nothingFound: "DUPLICATE_NOT_FOUND"
    case .notPerson: "DUPLICATE_NOT_PERSON"
    case .found: "PAYMENT_DUPLICATE"
    }
  }

  package var field: String? { self == .reasonInvalid ? "reason" : nil }

  package var message: String {
    switch self {
    case .reasonInvalid: "Give a reason in words: one line of at most 500 visible characters."
    case .nothingFound: "Nothing is found that this payment may be a duplicate of."
    case .notPerson: "A person says that both payments are owed, never a program."
    case .found(let number, let id):
      "Another payment (invoice \(number), payment \(id)) of the same amount looks like the same debt."
        + " Delete one of them, or say why both are owed."
    }
  }

  package var metadata: [String: String] {
    guard case .found(_, let id) = self else { return [:] }
    return ["other": id]
  }
}

package enum DuplicateRules {
  /// How far back is looked.
  package static let years = 2
  /// Findings that are shown and dismissed together.
  package static let limit = 50

  /// The first day on which a payment may have been proposed to be compared with one of `time`.
  package static func horizon(of time: Instant) -> String {
    let text = time.date(in: .centralEuropean).iso
    let year = (Int(text.prefix(4)) ?? 0) - years
    let padded = String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
    return padded + text.dropFirst(4)
  }

  /// Those of `others` that may be the same: the same amount to the same supplier or account within 24
  /// months, with the same reference or number. Of two the later one is in question, unless it is on
  /// its way already: then the earlier one is. In the order in which they came.
  package static func duplicates(of key: DuplicateKey, among others: [DuplicateKey])
    -> [Duplicate]
  {
    let horizon = horizon(of: key.createTime), number = DuplicateKey.number(key.invoiceNumber)
    return others.filter { other in
      other.payment != key.payment && other.state != .deleted && other.amount == key.amount
        && (other.state.isOnItsWay
          || (other.createTime, other.payment) < (key.createTime, key.payment))
        && other.createTime.date(in: .centralEuropean).iso >= horizon
        && (other.supplierKey == key.supplierKey
          || key.account != nil && other.account == key.account)
    }.sorted { ($0.createTime, $0.payment) < ($1.createTime, $1.payment) }.compactMap { other in
      let likeness: Duplicate.Likeness? =
        if let reference = key.reference, reference == other.reference {
          .reference
        } else if !number.isEmpty, DuplicateKey.number(other.invoiceNumber) == number {
          .invoiceNumber
        } else { nil }
      return likeness.map {
        Duplicate(
          payment: other.payment, likeness: $0, invoiceNumber: other.invoiceNumber,
          state: other.state, createTime: other.createTime)
      }
    }
  }

  /// Refuses while a finding stands that nobody has dismissed.
  package static func check(_ found: [Duplicate]) throws(DuplicateError) {
    if let first = found.first(where: { $0.dismissal == nil }) {
      throw .found(first.invoiceNumber, id: first.payment.hex)
    }
  }

  /// What the signer is told of those that somebody has dismissed.
  package static func notes(on found: [Duplicate]) -> [String] {
    found.prefix(3).compactMap { duplicate in
      duplicate.dismissal.map {
        "Looks like invoice \(duplicate.invoiceNumber.prefix(40)), owed as well: \($0.prefix(100))"
      }
    }
  }

  package static func dismissing(
    _ found: [Duplicate], of payment: Payment, by user: User, reason: String
  ) throws -> [Fact] {
    let reason = reason.trimmed
    guard reason.fits(scalars: 500), reason.isPlainLine,
      reason.contains(where: { $0.isLetter || $0.isNumber })
    else { throw DuplicateError.reasonInvalid }
    guard user.kind == .person else { throw DuplicateError.notPerson }
    let open = found.filter { $0.dismissal == nil }
    if found.isEmpty { throw DuplicateError.nothingFound }
    if open.isEmpty { return [] }
    return [
      .duplicatesDismissed(
        DuplicatesDismissed(
          payment: payment.id, others: open.map(\.payment), user: user.id, reason: reason))
    ]
  }
}

extension PaymentState {
  /// Somebody has signed it, and no bank has refused it.
  package var isOnItsWay: Bool {
    switch self {
    case .signed, .awaitingBankSignature, .processing, .inDoubt, .paid, .posted: true
    default: false
    }
  }
}
