// From signed payments to the bytes of a bank file, and back: before a file is named by a fact it
// is read again with our own reader, and whatever nobody signed is refused (invariant S).

import Formats
package import Primitives

/// Why a bank file is not sent.
package enum TransferError: Refusal, Equatable {
  case notFound
  case unwritable(String)
  case unreadable(String)
  case unsigned(endToEndID: String)
  case missing(endToEndID: String)
  case wrongDate(endToEndID: String)

  package var kind: RefusalKind { self == .notFound ? .notFound : .failedPrecondition }

  package var reason: String {
    switch self {
    case .notFound: "TRANSFER_NOT_FOUND"
    case .unwritable: "TRANSFER_UNWRITABLE"
    case .unreadable: "TRANSFER_UNREADABLE"
    case .unsigned: "TRANSFER_UNSIGNED"
    case .missing: "TRANSFER_INCOMPLETE"
    case .wrongDate: "TRANSFER_WRONG_DATE"
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such transfer."
    case .unwritable(let why): "The bank file cannot be written: \(why)"
    case .unreadable(let why): "The bank file cannot be read back: \(why)"
    case .unsigned(let id): "Nobody has signed what the bank file says of \(id); it is not sent."
    case .missing(let id): "The bank file lacks \(id); it is not sent."
    case .wrongDate(let id): "The bank file has another execution date for \(id) than follows."
    }
  }
}

/// One bank file about to leave, with the payments it carries.
package struct PreparedTransfer: Sendable, Equatable {
  package var transfer: ID<Transfer>
  package var executionDate: CalendarDate
  package var items: [TransferItem]
  package var content: [UInt8]
  package var isSalary: Bool
}

package enum TransferRules {
  /// The most payments that one file carries.
  package static let fileLimit = 5_000

  /// Those of `payments` that shall leave now, by execution date, service level and batch of salaries:
  /// one file has one `PmtInf`, so that a bank's answer about that level is about each of its payments,
  /// and salaries stand beside nothing else.
  package static func due(
    _ payments: [Payment], of agreement: ID<Agreement>, profile: BankProfile, at time: Instant
  ) -> [(date: CalendarDate, payments: [Payment])] {
    struct Key: Hashable { let date: CalendarDate, level: String, salary: String }
    var groups: [Key: [Payment]] = [:]
    for payment in payments {
      guard payment.state == .signed, !payment.isHeld, let signature = payment.signature,
        signature.agreement == agreement, signature.transferTime <= time
      else { continue }
      let plan = ExecutionPlan(
        dueDate: signature.rendered.dueDate, timing: .onDueDate, profile: profile)
      let key = Key(
        date: plan.executionDate(transferredAt: time),
        level: serviceLevel(of: signature.rendered).rawValue, salary: payment.salary?.hex ?? "")
      groups[key, default: []].append(payment)
    }
    let sorted = groups.sorted {
      ($0.key.date, $0.key.level, $0.key.salary) < ($1.key.date, $1.key.level, $1.key.salary)
    }
    return sorted.map { key, payments in
      (key.date, Array(payments.sorted { $0.id < $1.id }.prefix(fileLimit)))
    }
  }

  /// `PmtInfId` of the file's only `PmtInf`.
  package static func paymentInformationID(of transfer: ID<Transfer>) -> String {
    "\(transfer.hex)-1"
  }

  /// Writes one file for `payments` and reads it back.
  package static func preparing(
    _ transfer: ID<Transfer>, _ payments: [Payment], on date: CalendarDate,
    agreement: Agreement, profile: BankProfile, company: Company, at time: Instant
  ) throws(TransferError) -> PreparedTransfer {
    var items: [TransferItem] = []
    var transactions: [Pain001.CreditTransfer] = []
    var levels: Set<Pain001.ServiceLevel> = [], purposes: Set<String?> = []
    for payment in payments {
      guard let signature = payment.signature else {
        throw .unsigned(endToEndID: payment.id.hex)
      }
      let item = TransferItem(payment: payment.id, number: payment.instructions.count + 1)
      items.append(item)
      let rendered = signature.rendered
      levels.insert(serviceLevel(of: rendered))
      purposes.insert(rendered.categoryPurpose)
      transactions.append(
        creditTransfer(item, rendered, country: payment.terms.creditorCountry))
    }
    guard let level = levels.first, levels.count == 1 else {
      throw .unwritable("one file has payments of one service level")
    }
    guard let purpose = purposes.first, purposes.count == 1 else {
      throw .unwritable("salaries stand in a file of their own")
    }
    let debtor = Pain001.Party(
      name: company.displayName, country: company.organisationNumber.country, town: company.town,
      organisationID: company.organisationNumber.digits)
    let information = Pain001.PaymentInformation(
      id: paymentInformationID(of: transfer), batchBooking: purpose != nil, serviceLevel: level,
      categoryPurpose: purpose, requestedExecutionDate: date, debtor: debtor,
      debtorAccount: agreement.account,
      debtorAccountCurrency: agreement.currency, debtorAgentBIC: profile.bic,
      chargeBearer: level == .sepa ? .followingServiceLevel : .shared,
      transactions: transactions)
    let message = Pain001(
      messageID: transfer.hex, creationTime: WrittenTime(time), initiatingParty: debtor,
      paymentInformations: [information])
    let content: [UInt8]
    do { content = try message.write(profile.rendering) } catch {
      throw .unwritable("\(error)")
    }
    try check(content, carries: payments, profile: profile, at: time)
    return PreparedTransfer(
      transfer: transfer, executionDate: date, items: items, content: content,
      isSalary: purpose != nil)
  }

  /// Whether a file with these values alone can be written and read back: asked before anybody
  /// signs, so that no signed payment can stand in the way of a whole file later.
  package static func rehearse(_ rendered: RenderedPayment, profile: BankProfile)
    throws(PaymentError)
  {
    let item = TransferItem(payment: rendered.payment, number: 1)
    let party = Pain001.Party(name: "Rehearsal", country: profile.country)
    let group = Pain001.PaymentInformation(
      id: "rehearsal", categoryPurpose: rendered.categoryPurpose,
      requestedExecutionDate: rendered.dueDate, debtor: party,
      debtorAccount: rendered.debtorAccount, debtorAgentBIC: profile.bic,
      transactions: [creditTransfer(item, rendered, country: nil)])
    let message = Pain001(
      messageID: "rehearsal", creationTime: WrittenTime(Instant(microseconds: 0)),
      initiatingParty: party, paymentInformations: [group])
    do {
      let back = try Pain001.read(try message.write(profile.rendering))
      guard let group = back.paymentInformations.first, let transfer = group.transactions.first,
        self.rendered(transfer, group, as: rendered) == rendered
      else { throw PaymentError.notSendable("it does not come back as it was written.") }
    } catch let error as PaymentError {
      throw error
    } catch {
      throw .notSendable("\(error)")
    }
  }

  /// Refuses bytes that say anything else than what was signed, or not all of it (invariant S).
  package static func check(
    _ content: [UInt8], carries payments: [Payment], profile: BankProfile, at time: Instant
  ) throws(TransferError) {
    let message: Pain001
    do { message = try Pain001.read(content) } catch { throw .unreadable("\(error)") }
    var waiting: [String: Payment] = [:]
    for payment in payments {
      let number = payment.instructions.count + 1
      waiting[Instruction.endToEndID(of: payment.id, number: number)] = payment
    }
    for group in message.paymentInformations {
      for transfer in group.transactions {
        let id = transfer.endToEndID
        guard let payment = waiting.removeValue(forKey: id), let signature = payment.signature,
          let found = rendered(transfer, group, as: signature.rendered),
          found.digest == signature.rendered.digest
        else { throw .unsigned(endToEndID: String(id.prefix(50))) }
        let plan = ExecutionPlan(
          dueDate: signature.rendered.dueDate, timing: .onDueDate, profile: profile)
        guard group.requestedExecutionDate == plan.executionDate(transferredAt: time) else {
          throw .wrongDate(endToEndID: id)
        }
      }
    }
    if let left = waiting.keys.min() { throw .missing(endToEndID: left) }
  }

  /// The values that the file gives; what no file says (due date, profile) is as signed.
  private static func rendered(
    _ transfer: Pain001.CreditTransfer, _ group: Pain001.PaymentInformation,
    as signed: RenderedPayment
  ) -> RenderedPayment? {
    guard let debtor = group.debtorAccount.number, let creditor = transfer.creditorAccount.number
    else { return nil }
    let reference: PaymentReference
    var documents: [ReferredDocument] = []
    switch transfer.remittance {
    case .structured(let structured): reference = structured
    case .unstructured(let text): reference = .message(text)
    case .documents(let told):
      // The documents stand in the place of the text that names them.
      reference = signed.reference
      documents = told
    case .none, .unverified: return nil
    }
    return RenderedPayment(
      payment: signed.payment, debtorAccount: AccountNumber.normalised(debtor),
      creditorName: transfer.creditor.name,
      creditorAccount: AccountNumber.normalised(creditor),
      creditorBIC: transfer.creditorAgentBIC, amount: transfer.amount, reference: reference,
      dueDate: signed.dueDate, bank: signed.bank, profileVersion: signed.profileVersion,
      payeeMark: signed.payeeMark, categoryPurpose: group.categoryPurpose, documents: documents)
  }

  private static func creditTransfer(
    _ item: TransferItem, _ rendered: RenderedPayment, country: CountryCode?
  ) -> Pain001.CreditTransfer {
    let remittance: Pain001.Remittance =
      if !rendered.documents.isEmpty {
        .documents(rendered.documents)
      } else if case .message(let text) = rendered.reference {
        .unstructured(text)
      } else {
        .structured(rendered.reference)
      }
    return Pain001.CreditTransfer(
      instructionID: item.endToEndID, endToEndID: item.endToEndID, amount: rendered.amount,
      creditorAgentBIC: rendered.creditorBIC,
      creditor: Pain001.Party(
        name: rendered.creditorName, country: country ?? rendered.creditorAccount.country),
      creditorAccount: rendered.creditorAccount, remittance: remittance)
  }

  private static func serviceLevel(of rendered: RenderedPayment) -> Pain001.ServiceLevel {
    let route = PaymentRoute(to: rendered.creditorAccount, in: rendered.amount.currency)
    return route == .sepa ? .sepa : .nonUrgent
  }
}

extension AccountNumber {
  /// The country in which the account is held.
  var country: CountryCode {
    switch self {
    case .norwegian: .no
    case .iban(let iban): iban.countryCode
    case .bankgiro, .plusgiro, .swedish: .se
    }
  }
}
