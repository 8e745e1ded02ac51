import Checker
import Crypto
import Domain
import Facts
import Foundation
import Primitives
import Sandbox
import Storage

// What each fact of a company's journal may follow on, in the trade's own words.

extension Oracle {
  func hear(
    _ fact: Bureau_Facts_V1_Body.OneOf_Fact, _ about: Bureau_Facts_V1_Envelope, _ company: Int,
    _ town: Town
  ) throws {
    hearLedger(fact, about, company, town)
    switch fact {
    case .agreementDrafted(let it): agreements[hex(it.agreement)] = it.bank
    case .consentGiven(let it):
      consents.append(
        (
          hex(it.consent), hex(it.user), it.bank, companies[company].place.company.hex,
          it.createTimeUs, it.expireTimeUs, nil
        ))
    case .consentRevoked(let it):
      for index in consents.indices where consents[index].consent == hex(it.consent) {
        consents[index].revoked = it.revokeTimeUs
      }
    case .paymentProposed(let it):
      lives[hex(it.payment)] = PaymentLife(
        company: company, amount: it.terms.amount.minorUnits)
    case .paymentChanged(let it):
      touch(hex(it.payment), company, "changed") {
        $0.signed = nil
        $0.amount = it.terms.amount.minorUnits
      }
    case .paymentAcknowledged(let it): touch(hex(it.payment), company, "acknowledged") { _ in }
    case .paymentDeleted(let it):
      touch(hex(it.payment), company, "deleted") { $0.signed = nil }
    case .paymentRestored(let it): touch(hex(it.payment), company, "restored") { _ in }
    case .paymentSigned(let it): hear(it, about, company, town)
    case .transferPrepared(let it): hear(it, company)
    case .transferRecovered(let it): hear(it, company)
    case .returnFileRead(let it): hear(it, about, company)
    case .paymentPaid(let it): hear(it, about, company)
    case .paymentRejected(let it): hear(it, about, company)
    case .paymentLost(let it):
      change(hex(it.payment), company) { life in
        life.isInDoubt = true
        life.sendings[Int(it.number)]?.state = .lost
      }
    case .bankCheckRecorded(let it): hear(it, about, company)
    case .alarmRaised(let it):
      alarmsOfReading += 1
      if it.kind == "doublePayment" {
        change(hex(it.payment), company) { $0.isBarred = true }
      }
    case .voucherPosted(let it): hear(it, about, company)
    default: break
    }
  }

  private func hex(_ bytes: Data) -> String { Array(bytes).hexText }

  private func change(
    _ payment: String, _ company: Int, _ change: (inout PaymentLife) -> Void
  ) {
    guard var life = lives[payment] else {
      return violate("own journal", "a fact tells of \(payment), which is not known")
    }
    expect(
      "own journal", life.company == company,
      "a fact of company \(company + 1) is about \(payment) of company \(life.company + 1)")
    change(&life)
    lives[payment] = life
  }

  /// A person's doing: never while the money may have left.
  private func touch(
    _ payment: String, _ company: Int, _ done: String, _ change: (inout PaymentLife) -> Void
  ) {
    self.change(payment, company) { life in
      expect("in doubt", !life.isInDoubt, "\(payment) was \(done) while it was in doubt")
      expect(
        "once", !life.sendings.values.contains { $0.state == .executed || $0.state == .open },
        "\(payment) was \(done) although a sending of it may be paid")
      change(&life)
    }
  }

  // MARK: Signed

  private func hear(
    _ it: Bureau_Facts_V1_PaymentSigned, _ about: Bureau_Facts_V1_Envelope, _ company: Int,
    _ town: Town
  ) {
    let payment = hex(it.payment)
    let rendered = it.rendered
    let mark = rendered.payeeMark
    let version = rendered.documents.isEmpty ? mark.isEmpty ? 1 : 2 : 3
    let told =
      rendered.documents.isEmpty
      ? ["reference=\(rendered.reference.type):\(rendered.reference.text)"]
      : rendered.documents.map {
        "document=\($0.kind) \($0.amount.minorUnits) \($0.amount.currencyCode) \($0.number)"
      }
    let ending =
      (rendered.categoryPurpose.isEmpty ? "" : "category_purpose=\(rendered.categoryPurpose)\n")
      + (mark.isEmpty ? "" : "payee_account=\(mark)\n")
    let lines =
      [
        "bureau/payment/v\(version)", "payment=\(payment)",
        "bank=\(rendered.bank)/\(rendered.profileVersion)",
        "debtor_account=\(rendered.debtorAccount.form):\(rendered.debtorAccount.text)",
        "creditor_name=\(rendered.creditorName)",
        "creditor_account=\(rendered.creditorAccount.form):\(rendered.creditorAccount.text)",
        "creditor_bic=\(rendered.creditorBic)",
        "amount=\(rendered.amount.minorUnits) \(rendered.amount.currencyCode)",
      ] + told + ["due_date=\(rendered.dueDate)", ending]
    let digest = Array(SHA256.hash(data: Array(lines.joined(separator: "\n").utf8))).hexText
    let person = town.approvers.first { $0.user.hex == hex(it.user) }
    expect(
      "signed is sent",
      town.bankID.signed.contains {
        $0.person == person?.number && $0.data.contains("\(payment) \(digest)\n")
      }, "\(payment) is signed in the journal, and nobody has signed that with BankID")
    let key = companies[company].place.company.hex
    expect(
      "right",
      roles.contains {
        $0.user == hex(it.user) && $0.role == "approver" && $0.company == key
          && $0.from <= about.bureauSequence && ($0.to.map { $0 > about.bureauSequence } ?? true)
      }, "\(payment) was signed by somebody who might not sign there then")
    expect(
      "right",
      consents.contains {
        $0.user == hex(it.user) && $0.bank == rendered.bank && $0.company == key
          && $0.from <= about.timeUs && about.timeUs < $0.to
          && ($0.revoked.map { $0 > about.timeUs } ?? true)
      }, "\(payment) was signed by somebody without an own consent")
    touch(payment, company, "signed") { life in
      expect("once", !life.isBarred, "\(payment) was signed although an older sending was paid")
      life.signed = digest
    }
  }

  // MARK: Sent

  private func hear(_ it: Bureau_Facts_V1_TransferPrepared, _ company: Int) {
    let bank = agreements[hex(it.agreement)] ?? ""
    for item in it.items {
      let payment = hex(item.payment)
      let number = Int(item.number)
      change(payment, company) { life in
        expect("in doubt", !life.isInDoubt, "\(payment) was sent while it was in doubt")
        expect("signed is sent", life.signed != nil, "\(payment) was sent and nobody had signed it")
        expect("once", !life.isBarred, "\(payment) was sent although an older sending was paid")
        expect(
          "once", number == (life.sendings.keys.max() ?? 0) + 1,
          "\(payment) was sent as \(number)")
        for sending in life.sendings.values {
          expect(
            "once", sending.state == .rejected,
            "\(payment) was sent again while \(sending.endToEndID) may be paid")
        }
        life.sendings[number] = Sending(
          endToEndID: "\(payment)-\(number)", message: hex(it.transfer),
          connection: companies[company].connection(bank), digest: life.signed ?? "")
        life.signed = nil
      }
    }
  }

  private func hear(_ it: Bureau_Facts_V1_TransferRecovered, _ company: Int) {
    let bank = agreements[hex(it.agreement)] ?? ""
    for item in it.items {
      let payment = hex(item.payment)
      let number = Int(item.number)
      change(payment, company) { life in
        // Each was sent once it was settled that the one before it was not executed; what settled
        // it is lost with the copy.
        for older in life.sendings.keys where older < number {
          if life.sendings[older]?.state == .open || life.sendings[older]?.state == .lost {
            life.sendings[older]?.state = .rejected
          }
        }
        let isNewest = life.sendings.keys.allSatisfy { $0 < number }
        life.sendings[number] = Sending(
          endToEndID: "\(payment)-\(number)", message: hex(it.transfer),
          connection: companies[company].connection(bank), digest: "",
          state: isNewest ? .open : .rejected)
        life.signed = nil
        life.isInDoubt = false
      }
    }
  }

  // MARK: Answered

  private func hear(
    _ it: Bureau_Facts_V1_ReturnFileRead, _ about: Bureau_Facts_V1_Envelope, _ company: Int
  ) {
    let digest = hex(it.fileDigest)
    endReading()
    reading = (company, about.timeUs, digest, about.sequence)
    let text = file(digest, of: company)
    expect(
      "evidence", text != nil,
      "company \(company + 1) has read a file that nobody has left for it")
    guard it.kind == "notification", let text else { return }
    for entry in BankText.entries(of: text) { book(entry, digest, it.bank, company) }
  }

  /// What an entry says of a sending counts once: the first that comes, from the bank and on the account
  /// that pays.
  private func book(_ entry: BankText.Entry, _ digest: String, _ bank: String, _ company: Int) {
    let parts = entry.endToEndID.split(separator: "-")
    guard parts.count == 2, let number = Int(parts[1]), var life = lives[String(parts[0])],
      life.company == company, let sending = life.sendings[number],
      sending.connection.bank == bank,
      told[digest].map({ $0.booking.account == $0.account }) ?? true
    else { return }
    if let first = life.booked[number] {
      // Another booking of the same sending: somebody must be told.
      if first.reference != entry.reference, sending.state == .executed {
        mustAlarm = "\(entry.endToEndID) was booked twice, by two references,"
      }
    } else if sending.state != .rejected {
      life.booked[number] = (entry.amount, entry.fee, entry.reference)
      if entry.amount != life.amount || (life.vouchers > 0 && entry.fee != 0) {
        mustAlarm = "\(entry.endToEndID) was booked with another amount than it was asked for,"
      }
      lives[String(parts[0])] = life
    }
  }

  /// Whether what a file told was told on, if it had to be.
  func endReading() {
    if let mustAlarm {
      expect("alarm", alarmsOfReading > 0, "\(mustAlarm) and nobody is told")
    }
    (mustAlarm, alarmsOfReading, reading) = (nil, 0, nil)
  }

  /// The file that the fact was read from, if it is about this sending.
  private func evidence(
    _ about: Bureau_Facts_V1_Envelope, _ company: Int, _ sending: Sending
  ) -> String? {
    guard let reading, reading.company == company, reading.time == about.timeUs,
      reading.sequence < about.sequence, let text = file(reading.digest, of: company)
    else { return nil }
    // By its own id, or by that of the whole message.
    return text.contains(sending.endToEndID) || text.contains(sending.message)
      ? reading.digest : nil
  }

  private func hear(
    _ it: Bureau_Facts_V1_PaymentPaid, _ about: Bureau_Facts_V1_Envelope, _ company: Int
  ) {
    let payment = hex(it.payment)
    let number = Int(it.number)
    change(payment, company) { life in
      guard let sending = life.sendings[number] else {
        return violate("evidence", "\(payment)-\(number) is paid and was never sent")
      }
      expect(
        "applied once", sending.state != .executed, "\(sending.endToEndID) became paid twice")
      let file = evidence(about, company, sending)
      expect(
        "evidence", file != nil,
        "\(sending.endToEndID) became paid without a file of its bank that says so")
      if let file, let told = told[file] {
        expect(
          "evidence", told.booking.account == told.account,
          "\(sending.endToEndID) became paid by an entry on another account")
      }
      life.sendings[number]?.state = .executed
      life.isInDoubt = false
    }
  }

  private func hear(
    _ it: Bureau_Facts_V1_PaymentRejected, _ about: Bureau_Facts_V1_Envelope, _ company: Int
  ) {
    let payment = hex(it.payment)
    let number = Int(it.number)
    change(payment, company) { life in
      guard let sending = life.sendings[number] else {
        return violate("evidence", "\(payment)-\(number) is refused and was never sent")
      }
      expect(
        "applied once", sending.state != .executed,
        "\(sending.endToEndID) became refused after it was paid")
      expect(
        "evidence", evidence(about, company, sending) != nil,
        "\(sending.endToEndID) became refused without a file of its bank that says so")
      life.sendings[number]?.state = .rejected
      life.isInDoubt = false
    }
  }

  private func hear(
    _ it: Bureau_Facts_V1_BankCheckRecorded, _ about: Bureau_Facts_V1_Envelope, _ company: Int
  ) {
    let payment = hex(it.payment)
    change(payment, company) { life in
      expect("in doubt", life.isInDoubt, "\(payment) was looked up without being in doubt")
      expect("evidence", !about.actor.isEmpty, "nobody has looked up \(payment)")
      life.sendings[Int(it.number)]?.state = it.executed ? .executed : .rejected
      life.isInDoubt = false
    }
  }

  // MARK: Posted

  /// A voucher is what the bank has booked, to the øre.
  private func hear(
    _ it: Bureau_Facts_V1_VoucherPosted, _ about: Bureau_Facts_V1_Envelope, _ company: Int
  ) {
    func sum(_ account: String? = nil) -> Int64 {
      it.lines.filter { account == nil || $0.ledgerAccount == account }
        .reduce(Int64(0)) { $0 + $1.amount.minorUnits }
    }
    expect("postings", sum() == 0, "voucher \(it.number) does not balance")
    if it.isInvoice { return hearInvoice(it, company) }
    var due: Int64 = 0, differing: [String] = []
    for id in it.payments {
      let payment = hex(id)
      change(payment, company) { life in
        life.vouchers += 1
        expect("postings", life.vouchers == 1, "\(payment) is posted \(life.vouchers) times")
        guard let paid = life.sendings.first(where: { $0.value.state == .executed })?.key else {
          return violate("postings", "\(payment) is posted and not paid")
        }
        let booked = life.booked[paid]
        let left = booked?.amount ?? life.amount
        due += left + (booked?.fee ?? 0)
        if (left - (life.owed ?? life.amount)).magnitude > 100 { differing.append(payment) }
        expect(
          "postings", !it.isAutomatic || booked != nil,
          "\(payment) is posted by itself before the bank has booked it")
      }
    }
    expect(
      "postings", -sum("1920") == due,
      "voucher \(it.number) takes \(-sum("1920")), and the bank has booked \(due)")
    expect(
      "postings", sum("7740").magnitude <= 100 * UInt64(it.payments.count),
      "voucher \(it.number) calls \(sum("7740")) rounding")
    // What is neither rounding nor fee takes somebody's word.
    expect(
      "postings", differing.isEmpty || about.requestID.hasPrefix("decided-"),
      "\(differing) are posted with other amounts than are owed, and nobody has said how")
  }

  /// An invoice is posted once, and what it says is owed.
  private func hearInvoice(_ it: Bureau_Facts_V1_VoucherPosted, _ company: Int) {
    expect("postings", it.payments.count == 1, "voucher \(it.number) has several invoices")
    for id in it.payments {
      change(hex(id), company) { life in
        expect("postings", life.owed == nil, "the invoice of \(hex(id)) is posted twice")
        life.owed = -(it.lines.first?.amount.minorUnits ?? 0)
        expect("postings", sumOnBank(it) == 0, "an invoice moves money")
      }
    }
  }

  private func sumOnBank(_ it: Bureau_Facts_V1_VoucherPosted) -> Int64 {
    it.lines.filter { $0.ledgerAccount == "1920" }.reduce(Int64(0)) { $0 + $1.amount.minorUnits }
  }
}
