// Invariant S: what is signed is the payment as the bank profile renders it into the bank file,
// and what is sent is compared with that. Both sides make the same canonical text from it.

import Crypto
package import Formats
package import Primitives

/// The exact values of one payment as they will stand in the bank file.
package struct RenderedPayment: Hashable, Sendable {
  package var payment: ID<Payment>
  package var debtorAccount: AccountNumber
  package var creditorName: String
  package var creditorAccount: AccountNumber
  package var creditorBIC: BIC?
  package var amount: Money
  package var reference: PaymentReference
  package var dueDate: CalendarDate
  package var bank: String
  package var profileVersion: Int
  /// What the signer is told of the creditor's account: no value of the bank file.
  package var payeeMark: PayeeMark?
  /// ISO 20022: `SALA` makes it a salary, which the bank shows nobody the parts of.
  package var categoryPurpose: String?
  /// Where something is set off: what the bank file lists in the place of the reference, which is then
  /// only shown.
  package var documents: [ReferredDocument]

  package init(
    payment: ID<Payment>, debtorAccount: AccountNumber, creditorName: String,
    creditorAccount: AccountNumber, creditorBIC: BIC?, amount: Money,
    reference: PaymentReference, dueDate: CalendarDate, bank: String, profileVersion: Int,
    payeeMark: PayeeMark? = nil, categoryPurpose: String? = nil,
    documents: [ReferredDocument] = []
  ) {
    self.payment = payment
    self.debtorAccount = debtorAccount
    self.creditorName = creditorName
    self.creditorAccount = creditorAccount
    self.creditorBIC = creditorBIC
    self.amount = amount
    self.reference = reference
    self.dueDate = dueDate
    self.bank = bank
    self.profileVersion = profileVersion
    self.payeeMark = payeeMark
    self.categoryPurpose = categoryPurpose
    self.documents = documents
  }

  /// The values in a fixed order, a line each; no value holds a line break.
  ///
  /// Version 1 has no room for a mark, version 2 none for documents: what has none is written as ever,
  /// so that every signature ever given can be checked again.
  package var canonicalText: String {
    let version = documents.isEmpty ? payeeMark == nil ? 1 : 2 : 3
    return "bureau/payment/v\(version)\n\(values)"
      + (payeeMark.map { "payee_account=\($0.rawValue)\n" } ?? "")
  }

  private var values: String {
    """
    payment=\(payment.hex)
    bank=\(bank)/\(profileVersion)
    debtor_account=\(debtorAccount.form.rawValue):\(debtorAccount.text)
    creditor_name=\(creditorName)
    creditor_account=\(creditorAccount.form.rawValue):\(creditorAccount.text)
    creditor_bic=\(creditorBIC?.text ?? "")
    amount=\(amount.minorUnits) \(amount.currency.code)
    \(what)
    due_date=\(dueDate.iso)

    """ + (categoryPurpose.map { "category_purpose=\($0)\n" } ?? "")
  }

  /// What the payee is told.
  private var what: String {
    if documents.isEmpty { return "reference=\(reference.type.rawValue):\(reference.text)" }
    return documents.map { document in
      "document=\(document.kind.rawValue) \(document.amount.minorUnits)"
        + " \(document.amount.currency.code) \(document.number)"
    }.joined(separator: "\n")
  }

  /// SHA-256 of the canonical text: what an approval covers.
  package var digest: [UInt8] { Array(SHA256.hash(data: Array(canonicalText.utf8))) }
}

extension RenderedPayment {
  /// The same as a signer is shown it who was told this of the creditor's account.
  package func marked(_ mark: PayeeMark?) -> RenderedPayment {
    var marked = self
    marked.payeeMark = mark
    return marked
  }
}

extension PaymentTerms {
  /// The values as `profile` renders them for the account of `agreement`.
  package func rendered(
    _ payment: ID<Payment>, for agreement: Agreement, profile: BankProfile, isSalary: Bool = false,
    netting: Netting? = nil
  ) throws(PaymentError) -> RenderedPayment {
    guard missingFields.isEmpty, let creditorName, let creditorAccount, let reference, let dueDate
    else { throw .incomplete(missingFields) }
    let name = profile.rendering.name(creditorName)
    // A name of which the bank's characters leave nothing tells the signer nothing either.
    guard name.contains(where: { $0.isLetter || $0.isNumber }) else {
      throw .incomplete(["creditor"])
    }
    return RenderedPayment(
      payment: payment, debtorAccount: agreement.account, creditorName: name,
      creditorAccount: creditorAccount, creditorBIC: creditorBIC, amount: amount,
      reference: try Self.rendered(reference, profile.rendering), dueDate: dueDate,
      bank: profile.id,
      profileVersion: profile.version,
      categoryPurpose: isSalary ? SalaryBatch.categoryPurpose : nil,
      documents: try netting?.documents(for: profile.rendering, reference) ?? [])
  }

  private static func rendered(
    _ reference: PaymentReference, _ rendering: Pain001.Rendering
  ) throws(PaymentError) -> PaymentReference {
    guard case .message(let text) = reference else { return reference }
    let rendered = rendering.message(text)
    guard !rendered.isEmpty else { throw .incomplete(["reference"]) }
    return .message(rendered)
  }
}
