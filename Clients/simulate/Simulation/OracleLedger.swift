import Checker
import Domain
import Facts
import Foundation
import Primitives

// Payees' accounts, debts that look alike, what is set off, salaries: as the facts tell.

/// A credit note or an earlier payment.
struct ItemLife {
  var company: Int
  var amount: Int64
  /// The payment that it is set off against.
  var payment: String?
}

/// What a payment is for.
struct Debt {
  var supplier: String
  var isSalary: Bool
  var number: String
  /// `form:text`
  var account: String
  var reference: String
  var amount: Int64
}

extension Oracle {
  private func hex(_ bytes: Data) -> String { Array(bytes).hexText }

  private func text(_ account: Bureau_Facts_V1_Account) -> String {
    "\(account.form):\(account.text)"
  }

  func isSalary(_ payment: String) -> Bool { debts[payment]?.isSalary ?? false }

  /// Heard before all that asks about it.
  func hearLedger(
    _ fact: Bureau_Facts_V1_Body.OneOf_Fact, _ about: Bureau_Facts_V1_Envelope, _ company: Int,
    _ town: Town
  ) {
    switch fact {
    case .paymentProposed(let it):
      debts[hex(it.payment)] = Debt(
        supplier: it.supplierKey, isSalary: !it.salaryBatch.isEmpty, number: it.invoiceNumber,
        account: text(it.terms.creditorAccount), reference: it.terms.reference.text,
        amount: it.terms.amount.minorUnits)
    case .paymentChanged(let it):
      let payment = hex(it.payment)
      let isNetted = !setOff(payment).isEmpty
      debts[payment]?.account = text(it.terms.creditorAccount)
      if !isNetted {
        debts[payment]?.reference = it.terms.reference.text
        debts[payment]?.amount = it.terms.amount.minorUnits
      }
    case .supplierAccountFound(let it):
      payees["\(company) \(it.supplierKey) \(text(it.account))"] =
        (it.paidBefore ? "" : hex(it.maker), it.paidBefore)
    case .supplierAccountConfirmed(let it):
      let key = "\(company) \(it.supplierKey) \(text(it.account))"
      expect(
        "held", payees[key].map { $0.barred != hex(it.user) } ?? false,
        "\(key) was confirmed by who has brought or rejected it")
      expect("held", hex(it.user) == hex(about.actor), "\(key) was confirmed in another's name")
      payees[key]?.isConfirmed = true
    case .supplierAccountRejected(let it):
      payees["\(company) \(it.supplierKey) \(text(it.account))"] = (hex(it.user), false)
    case .duplicatesDismissed(let it):
      for other in it.others { dismissed.insert(pair(hex(it.payment), hex(other))) }
    case .openItemFound(let it):
      items[hex(it.item)] = ItemLife(company: company, amount: it.amount.minorUnits)
    case .openItemsLinked(let it): hear(it, company)
    case .openItemsUnlinked(let it):
      for item in it.items.map({ hex($0) }) {
        expect(
          "set off", items[item]?.payment == hex(it.payment),
          "\(item) is taken from \(hex(it.payment)), against which it was not set off")
        items[item]?.payment = nil
      }
    case .paymentDeleted(let it):
      expect(
        "set off", setOff(hex(it.payment)).isEmpty,
        "\(hex(it.payment)) was deleted and keeps what was set off against it")
    case .paymentSigned(let it): checkSigned(it, company, town)
    default: break
    }
  }

  private func hear(_ it: Bureau_Facts_V1_OpenItemsLinked, _ company: Int) {
    let payment = hex(it.payment)
    debts[payment]?.amount = it.gross.minorUnits
    debts[payment]?.reference = it.reference.text
    for item in it.items.map({ hex($0) }) {
      expect(
        "set off", items[item].map { $0.company == company && $0.payment == nil } ?? false,
        "\(item) is set off against \(payment), and against \(items[item]?.payment ?? "nothing")")
      items[item]?.payment = payment
    }
  }

  private func setOff(_ payment: String) -> [ItemLife] {
    items.values.filter { $0.payment == payment }
  }

  /// Said of either, it holds for both.
  func pair(_ one: String, _ other: String) -> String {
    one < other ? "\(one) \(other)" : "\(other) \(one)"
  }

  private func checkSigned(_ it: Bureau_Facts_V1_PaymentSigned, _ company: Int, _ town: Town) {
    let payment = hex(it.payment)
    let account = text(it.rendered.creditorAccount)
    guard let debt = debts[payment], !debt.isSalary else { return }
    let off = setOff(payment)
    let rest = debt.amount - off.reduce(Int64(0)) { $0 + $1.amount }
    expect(
      "set off", rest > 0 && it.rendered.amount.minorUnits == rest,
      "\(payment) was signed with \(it.rendered.amount.minorUnits), and \(rest) is left of it")
    expect(
      "set off", off.isEmpty || it.rendered.reference.type == "MESSAGE",
      "\(payment) has a structured reference and something set off")
    expect(
      "held",
      !town.companies[company].confirmsAccounts
        || payees["\(company) \(debt.supplier) \(account)"]?.isConfirmed ?? false,
      "\(payment) was signed to \(account), which nobody else has confirmed")
    for (other, life) in lives where other != payment && life.company == company {
      guard let twin = debts[other], isOnItsWay(life), twin.amount == debt.amount,
        twin.supplier == debt.supplier || twin.account == debt.account,
        twin.reference == debt.reference || twin.number == debt.number
      else { continue }
      expect(
        "twice", dismissed.contains(pair(payment, other)),
        "\(payment) was signed, and \(other) is for the same debt and on its way")
    }
  }

  private func isOnItsWay(_ life: PaymentLife) -> Bool {
    life.signed != nil
      || life.sendings.values.contains { $0.state != .rejected }
  }
}
