package import Primitives

/// What a payment says to the bank. What is nil is missing.
package struct PaymentTerms: Hashable, Sendable {
  package var creditorName: String?
  package var creditorCountry: CountryCode?
  package var creditorAccount: AccountNumber?
  package var creditorBIC: BIC?
  package var amount: Money
  package var reference: PaymentReference?
  package var dueDate: CalendarDate?

  package init(
    creditorName: String?, creditorCountry: CountryCode?, creditorAccount: AccountNumber?,
    creditorBIC: BIC?, amount: Money, reference: PaymentReference?, dueDate: CalendarDate?
  ) {
    self.creditorName = creditorName
    self.creditorCountry = creditorCountry
    self.creditorAccount = creditorAccount
    self.creditorBIC = creditorBIC
    self.amount = amount
    self.reference = reference
    self.dueDate = dueDate
  }

  /// The fields that keep the payment red (P-03, P-07), by their name in the API.
  package var missingFields: [String] {
    var missing: [String] = []
    if creditorName == nil { missing.append("creditor") }
    if creditorAccount == nil { missing.append("creditor_account") }
    if !isReferenceUsable { missing.append("reference") }
    if dueDate == nil { missing.append("due_date") }
    if let creditorAccount, creditorBIC == nil,
      PaymentRoute(to: creditorAccount, in: amount.currency) == .crossBorder
    {
      missing.append("creditor_bic")
    }
    return missing
  }

  /// Whether there is a reference that the bank file can carry to the account: KID, OCR and the
  /// Finnish one are known to the banks of their country only (P-11).
  private var isReferenceUsable: Bool {
    guard let reference else { return false }
    switch (reference, creditorAccount?.country) {
    case (.message, _), (.creditor, _), (_, nil), (.kid, .some(.no)), (.ocr, .some(.se)),
      (.finnish, .some(.fi)):
      return true
    default: return false
    }
  }

  /// The proposal state that these values stand for (P-03, P-05, P-07).
  /// `openItems`: whether the supplier has other open records.
  package func proposal(openItems: Bool) -> PaymentEvent {
    if !missingFields.isEmpty { return .proposeIncomplete }
    return openItems ? .proposeOpenItems : .proposeComplete
  }
}

/// The change of some fields; nil leaves a field as it is.
package struct PaymentCorrection: Sendable, Equatable {
  package var creditorName: String?
  package var creditorAccount: (form: AccountForm, text: String)?
  package var creditorBIC: String?
  package var amount: (minorUnits: Int64, currency: String)?
  package var reference: (type: PaymentReferenceType, text: String)?
  package var dueDate: String?

  package init() {}

  package static func == (a: Self, b: Self) -> Bool {
    a.creditorName == b.creditorName && a.creditorAccount?.form == b.creditorAccount?.form
      && a.creditorAccount?.text == b.creditorAccount?.text && a.creditorBIC == b.creditorBIC
      && a.amount?.minorUnits == b.amount?.minorUnits && a.amount?.currency == b.amount?.currency
      && a.reference?.type == b.reference?.type && a.reference?.text == b.reference?.text
      && a.dueDate == b.dueDate
  }

  /// `terms` with the correction made, or a refusal; nothing half valid comes out.
  package func applied(to terms: PaymentTerms) throws(PaymentError) -> PaymentTerms {
    var new = terms
    if let creditorName {
      let name = creditorName.trimmed
      guard !name.isEmpty, name.fits(scalars: 140), name.isPlainLine else {
        throw .creditorNameInvalid
      }
      new.creditorName = name
    }
    if let creditorAccount {
      do {
        new.creditorAccount = AccountNumber.normalised(
          try AccountNumber(form: creditorAccount.form, text: creditorAccount.text))
      } catch { throw .accountInvalid(error.message) }
    }
    if let creditorBIC {
      do { new.creditorBIC = try BIC(creditorBIC) } catch { throw .bicInvalid(error.message) }
    }
    if let amount {
      guard let currency = try? Currency(amount.currency) else {
        throw .currencyUnknown(String(amount.currency.prefix(10)))
      }
      guard amount.minorUnits > 0 else { throw .amountNotPositive }
      guard amount.minorUnits < Payment.amountLimit else { throw .amountTooLarge }
      new.amount = Money(minorUnits: amount.minorUnits, currency: currency)
    }
    if let reference {
      do { new.reference = try PaymentReference(type: reference.type, text: reference.text) } catch
      {
        throw .referenceInvalid(error.message)
      }
    }
    if let dueDate {
      guard let date = CalendarDate(iso: dueDate) else {
        throw .dueDateInvalid(String(dueDate.prefix(40)))
      }
      new.dueDate = date
    }
    return new
  }
}
