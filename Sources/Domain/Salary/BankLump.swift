// Salaries come back as one entry: the bank tells the sum of the bundle, and nobody its parts.

import Formats
package import Primitives

/// One booked entry for a whole bank file of ours.
package struct BankLump: Sendable, Equatable {
  /// As the entry names it: the file's message id.
  package var transfer: ID<Transfer>
  /// How many payments the bank says that it holds; nil: it does not say.
  package var count: Int?
  package var total: Money
  package var date: CalendarDate
  package var bankReference: String
  package var account: String
}

extension BankLump {
  /// A debit without parts that names one bundle of ours; nil: anything else.
  init?(_ entry: BankEntry, on account: String) {
    guard entry.transactions.isEmpty, !entry.isReversal, let batch = entry.batches.first,
      entry.batches.count == 1, let total = entry.amount.money,
      let date = entry.bookingDate ?? entry.valueDate
    else { return nil }
    let group = batch.paymentInformationID.map { String($0.prefix { $0 != "-" }) }
    guard
      let transfer = [batch.messageID, group].compactMap(\.self).compactMap({
        ID<Transfer>(hex: $0)
      }).first
    else { return nil }
    self.init(
      transfer: transfer, count: batch.count, total: total, date: date,
      bankReference: entry.servicerReference ?? "", account: account)
  }
}

extension ReturnReading {
  /// Takes an entry for a whole bundle apart: where it is the sum of what was not refused, each of
  /// these was executed with its own amount; where it is not, a person must look.
  /// - Parameter payments: Those of the bundle, as they stand.
  package mutating func add(
    _ lump: BankLump, of transfer: Transfer?, _ payments: [ID<Payment>: Payment],
    file: ID<ReturnFile>
  ) {
    guard let transfer else {
      alarms.append(
        AlarmRaised(
          kind: .unknownMessage, payment: nil, returnFile: file,
          text: "Books the bundle \(lump.transfer.hex), which is not ours."))
      return
    }
    let executed = transfer.items.compactMap { item -> (item: TransferItem, amount: Money)? in
      guard let payment = payments[item.payment],
        payment.instructions.contains(where: { $0.number == item.number && $0.state != .rejected })
      else { return nil }
      return (item, payment.terms.amount)
    }
    var sum: Money? = Money.zero(lump.total.currency)
    for (_, amount) in executed { sum = try? sum?.adding(amount) }
    guard sum == lump.total, (lump.count ?? executed.count) == executed.count else {
      alarms.append(
        AlarmRaised(
          kind: .amountDiffers, payment: executed.first?.item.payment, returnFile: file,
          text: "The bundle \(lump.transfer.hex) was booked with another sum than its payments'."))
      return
    }
    answers += executed.map { item, amount in
      BankAnswer(
        item: item,
        outcome: .executed(date: lump.date, bankReference: lump.bankReference, amount: amount),
        account: lump.account)
    }
  }
}
