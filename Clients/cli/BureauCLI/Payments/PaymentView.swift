internal import BureauAPI

extension Show {
  /// What is missing or wrong with a payment, and what one should know.
  static func notes(_ payment: Bureau_V1_Payment) -> String {
    var notes: [String] = []
    if !payment.missingFields.isEmpty {
      notes.append("missing: " + payment.missingFields.joined(separator: ", "))
    }
    if payment.signers.count < payment.requiredSignatures {
      notes.append("signed by \(payment.signers.count) of \(payment.requiredSignatures)")
    }
    notes += payee(payment)
    if !payment.openItems.isEmpty { notes.append("\(payment.openItems.count) open items") }
    if payment.duplicates.contains(where: { $0.dismissal.isEmpty }) { notes.append("duplicate?") }
    notes += payment.warnings
    if !payment.returnReason.isEmpty { notes.append("returned: \(payment.returnReason)") }
    if payment.hasRejection {
      notes.append("rejected: \(payment.rejection.reasonCode) \(payment.rejection.text)".trimmed)
    }
    return notes.joined(separator: "; ")
  }
}

extension Show {
  /// What is new about the payee's account, and what keeps the payment from being signed.
  static func payee(_ payment: Bureau_V1_Payment) -> [String] {
    let payee = payment.payeeAccount
    var notes: [String] = []
    switch payee.mark {
    case .new: notes.append("new payee")
    case .changed: notes.append("account changed from \(account(payee.lastAccount))")
    case .unspecified, .UNRECOGNIZED: break
    }
    switch payee.refusal {
    case "": break
    case "SUPPLIER_ACCOUNT_HELD": notes.append("account not confirmed")
    case "SUPPLIER_ACCOUNT_REJECTED": notes.append("account rejected")
    case "SUPPLIER_BLOCKED": notes.append("supplier blocked")
    default: notes.append(payee.refusal)
    }
    return notes
  }
}

extension Table {
  static func payments(_ payments: [Bureau_V1_Payment]) -> Table {
    var table = Table([
      .left("ID"), .left("STATE"), .left("CREDITOR"), .right("AMOUNT"), .left("DUE"),
      .left("REFERENCE"), .left("NOTES"),
    ])
    for item in payments {
      table.add([
        Show.id(item.name), Show.state(item.state), item.creditor.displayName,
        Show.money(item.amount), item.dueDate, Show.reference(item.reference), Show.notes(item),
      ])
    }
    return table
  }
}

extension Details {
  static func payment(_ payment: Bureau_V1_Payment) -> Details {
    var details = Details()
    details.add("name", payment.name)
    details.add("state", Show.state(payment.state))
    details.add("invoice", payment.invoiceNumber)
    details.add("creditor", payment.creditor.displayName)
    details.add("creditor account", Show.account(payment.creditorAccount))
    if payment.hasGrossAmount { details.add("gross", Show.money(payment.grossAmount)) }
    details.add("set off", payment.linkedItems.map(Show.id))
    details.add("open items of the supplier", payment.openItems.map(Show.id))
    details.add("payee", Show.payee(payment))
    for item in payment.duplicates {
      let same = item.likeness == .reference ? "reference" : "invoice number"
      details.add(
        "same \(same) as",
        "\(Show.id(item.payment)) \(item.invoiceNumber)\(item.onItsWay ? ", signed" : "") "
          + (item.dismissal.isEmpty ? "of \(Show.time(item.createTime))" : "– \(item.dismissal)"))
    }
    details.add("payee's account", Show.id(payment.payeeAccount.account))
    details.add("account as written", payment.accountAsWritten)
    details.add("creditor BIC", payment.creditorBic)
    details.add("amount", Show.money(payment.amount))
    details.add("reference", Show.reference(payment.reference))
    details.add("reference as written", payment.referenceAsWritten)
    details.add("due", payment.dueDate + (payment.overdue ? " (overdue)" : ""))
    details.add("missing", payment.missingFields)
    details.add("warnings", payment.warnings)
    details.add("agreement", payment.agreement)
    details.add("debtor account", Show.account(payment.debtorAccount))
    details.add("execution", payment.executionDate)
    details.add("transfer", Show.time(payment.transferTime))
    if payment.signers.count < payment.requiredSignatures {
      details.add("signatures", "\(payment.signers.count) of \(payment.requiredSignatures)")
    }
    details.add(
      "signed by",
      payment.signers.enumerated().map { number, signer in
        let method = number < payment.signerMethods.count ? payment.signerMethods[number] : .bankid
        return method == .smsCode ? "\(signer) (code by SMS)" : signer
      })
    for item in payment.instructions {
      details.add(
        "instruction \(item.number)",
        "\(Show.state(item.state)) \(item.endToEndID) \(Show.id(item.transfer))".trimmed)
    }
    if payment.hasRejection {
      details.add("rejected", "\(payment.rejection.reasonCode) \(payment.rejection.text)".trimmed)
      details.add("field to correct", payment.rejection.field)
      details.add("remedy", payment.rejection.remedy)
    }
    details.add("returned", payment.returnReason)
    details.add("voucher", payment.voucher)
    if payment.hasPreview { details.add(payment.preview) }
    details.add("proposed", Show.time(payment.createTime))
    details.add("etag", payment.etag)
    return details
  }
}
