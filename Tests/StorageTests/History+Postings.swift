import Domain
import Primitives

extension History {
  /// An invoice in the books, what is posted by itself, and what the bank took for a payment.
  var postingFacts: [[Fact]] {
    var owed = voucher
    owed.id = key(84)
    owed.number = 2
    owed.isInvoice = true
    owed.payments = [Self.second]
    owed.lines = owed.lines.map { line in
      VoucherLine(
        ledgerAccount: line.ledgerAccount,
        amount: Money(minorUnits: -line.amount.minorUnits, currency: .nok), text: line.text)
    }
    return [
      [.voucherPosted(VoucherPosted(voucher: owed, isAutomatic: true))],
      [
        .automaticPostingSet(
          AutomaticPostingSet(agreement: Self.agreementID, mode: .bundles))
      ],
      [
        .paymentPaid(
          PaymentPaid(
            payment: Self.salary, number: 1, bookingDate: day("2026-03-25"), bankReference: "B",
            bookedAmount: terms.amount, fee: .nok(5))),
        .paymentBooked(
          PaymentBooked(
            payment: Self.salary, number: 1, bookingDate: day("2026-03-25"),
            booking: Booking(
              amount: terms.amount, bankReference: "B \(mark)", fee: .nok(Int64(mark))))),
      ],
    ]
  }
}
