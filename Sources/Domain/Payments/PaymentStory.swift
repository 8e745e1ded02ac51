// The history of one payment in words: a sentence for each fact that concerns it, in their order.

package import Primitives

/// Tells a payment's facts one after the other; what it has heard before is what changes are told
/// against.
package struct PaymentStory: Sendable {
  private let payment: ID<Payment>
  private var terms: PaymentTerms?

  package init(of payment: ID<Payment>) { self.payment = payment }

  /// What the fact says of the payment; nil where it says nothing of it.
  package mutating func sentence(_ fact: Fact) -> String? {
    switch fact {
    case .invoiceImported(let fact) where fact.payment == payment:
      return
        "Invoice \(fact.number) came in; its document is kept as \(Self.short(fact.sourceDigest))."
    case .paymentProposed(let fact) where fact.payment == payment:
      terms = fact.terms
      return "The payment was proposed as \(fact.state.words): \(Self.told(fact.terms))."
    case .paymentChanged(let fact) where fact.payment == payment:
      let changes = terms.map { Self.changes(from: $0, to: fact.terms) } ?? []
      terms = fact.terms
      let what = changes.isEmpty ? Self.told(fact.terms) : changes.joined(separator: "; ")
      return "It was changed: \(what). It is now \(fact.state.words); an earlier signature is void."
    case .supplierAccountFound(let fact) where fact.payment == payment:
      return "Its account \(fact.account.display) is "
        + (fact.isChange ? "another one than before" : "the first one")
        + " for \(fact.displayName)"
        + (fact.wasPaidBefore ? ", and was paid before." : ": somebody else has to confirm it.")
    case .duplicatesDismissed(let fact) where fact.payment == payment:
      let others = fact.others.map(\.hex).joined(separator: ", ")
      return "It looks like \(others) and is owed all the same: \(fact.reason)"
    case .openItemsLinked(let fact) where fact.payment == payment:
      return "\(Self.count(fact.items)) set off against its \(fact.gross)."
    case .openItemsUnlinked(let fact) where fact.payment == payment:
      return "\(Self.count(fact.items)) set off against it no more."
    case .paymentAcknowledged(let fact) where fact.payment == payment:
      return "It was acknowledged: it is right and may be signed."
    case .paymentSigned(let fact) where fact.payment == payment:
      return Self.signed(fact.signature)
    case .paymentPartlySigned(let fact) where fact.payment == payment:
      return "It was signed by one of \(fact.required) who must sign it. "
        + Self.signed(fact.signature)
    case .paymentDeleted(let fact) where fact.payment == payment:
      return "It was deleted."
    case .paymentRestored(let fact) where fact.payment == payment:
      return "It was brought back as \(fact.state.words)."
    case .paymentReturned(let fact) where fact.payment == payment:
      return "It went back as \(fact.state.words); its signatures are void: \(fact.reason)"
    case .paymentsHandled(let fact):
      guard let refusal = fact.items.first(where: { $0.payment == payment })?.refusal else {
        return nil
      }
      return "It should \(fact.action.words), with others, and was refused as \(refusal.reason): "
        + refusal.message
    default: return bankSentence(fact)
    }
  }

  /// What happened between the company, its bank and its books.
  private func bankSentence(_ fact: Fact) -> String? {
    switch fact {
    case .transferPrepared(let fact):
      return item(fact.items).map {
        "It was put into bank file \(fact.transfer.hex) as instruction \($0.number) "
          + "(\($0.endToEndID)), to be executed on \(fact.executionDate.iso); the file's digest is "
          + "\(Self.short(fact.fileDigest))."
          + (fact.awaitsBankSignature
            ? " The bank wants a final signature in its own online bank." : "")
      }
    case .transferDelivered(let fact):
      return "Bank file \(fact.transfer.hex) was delivered to the bank."
    case .transferRecovered(let fact):
      return item(fact.items).map {
        "After an older copy of the database was put back, the bank had bank file "
          + "\(fact.transfer.hex) with it as instruction \($0.number) (\($0.endToEndID))."
      }
    case .instructionAccepted(let fact) where fact.payment == payment:
      return "The bank accepted instruction \(fact.number) (\(fact.status))."
    case .bankSignatureGiven(let fact) where fact.payment == payment:
      return "The final signature in the online bank was given: the bank settles instruction "
        + "\(fact.number) (\(fact.status))."
    case .paymentRejected(let fact) where fact.payment == payment:
      let text = fact.rejection.text.isEmpty ? "" : ", \(fact.rejection.text)"
      return "The bank rejected instruction \(fact.number): \(fact.rejection.code)\(text)."
    case .paymentPaid(let fact) where fact.payment == payment:
      let reference =
        fact.bankReference.isEmpty ? "" : ", the bank's reference \(fact.bankReference)"
      return "The bank paid it by instruction \(fact.number): booked on "
        + "\(fact.bookingDate.iso)\(reference)."
    case .paymentBooked(let fact) where fact.payment == payment:
      return "The bank booked instruction \(fact.number) with \(fact.booking.amount) on "
        + "\(fact.bookingDate.iso)."
    case .paymentLost(let fact) where fact.payment == payment:
      return "No final answer came for instruction \(fact.number) in time: it is in doubt."
    case .bankCheckRecorded(let fact) where fact.payment == payment:
      return "The online bank was looked into: instruction \(fact.number) was "
        + "\(fact.executed ? "executed" : "not executed") as of \(fact.date.iso)."
    case .alarmRaised(let fact) where fact.payment == payment:
      return "Alarm: \(fact.text)"
    case .voucherPosted(let fact)
    where fact.voucher.payments.contains(payment) && fact.voucher.isInvoice:
      return "Its invoice was posted with voucher \(fact.voucher.number) of "
        + "\(fact.voucher.date.iso)."
    case .voucherPosted(let fact) where fact.voucher.payments.contains(payment):
      return "It was posted\(fact.isAutomatic ? " by itself" : "") with voucher "
        + "\(fact.voucher.number) of \(fact.voucher.date.iso)."
    default: return nil
    }
  }

  private func item(_ items: [TransferItem]) -> TransferItem? {
    items.first { $0.payment == payment }
  }

  private static func signed(_ signature: PaymentSignature) -> String {
    let values = signature.rendered
    let how =
      switch signature.method {
      case .bankID: "signed with BankID"
      case .sms: "approved with a code by SMS"
      }
    return "It was \(how): \(values.amount) to \(values.creditorName), "
      + "\(values.creditorAccount.display), \(values.reference.label) \(values.reference.text), due "
      + "\(values.dueDate.iso), from \(values.debtorAccount.display); digest "
      + "\(short(values.digest)), evidence \(short(signature.evidenceDigest)). It goes to the bank at "
      + "\(signature.transferTime.rfc3339)."
  }

  /// Enough of a digest to find it by.
  private static func short(_ digest: [UInt8]) -> String { digest.prefix(8).hexText }

  private static func told(_ terms: PaymentTerms) -> String {
    let missing = terms.missingFields
    let values = fields(terms).compactMap { field in field.value.map { "\(field.name) \($0)" } }
    return values.joined(separator: ", ")
      + (missing.isEmpty ? "" : "; missing: \(missing.joined(separator: ", "))")
  }

  private static func changes(from old: PaymentTerms, to new: PaymentTerms) -> [String] {
    zip(fields(old), fields(new)).filter { $0.value != $1.value }.map {
      "\($0.name) from \($0.value ?? "nothing") to \($1.value ?? "nothing")"
    }
  }

  private static func fields(_ terms: PaymentTerms) -> [(name: String, value: String?)] {
    [
      ("amount", "\(terms.amount)"), ("creditor", terms.creditorName),
      ("account", terms.creditorAccount?.display), ("BIC", terms.creditorBIC?.text),
      ("reference", terms.reference.map { "\($0.label) \($0.text)" }),
      ("due date", terms.dueDate?.iso),
    ]
  }
}

extension PaymentAction {
  fileprivate var words: String {
    switch self {
    case .acknowledge: "be acknowledged"
    case .delete: "be deleted"
    case .restore: "come back"
    case .sign: "be signed"
    }
  }
}

extension PaymentStory {
  private static func count(_ items: [ID<OpenItem>]) -> String {
    items.count == 1
      ? "One open item of the supplier is" : "\(items.count) open items of the supplier are"
  }
}
