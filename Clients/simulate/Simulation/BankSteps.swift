// What banks do: late, doubled, lost, contradictory, misdirected; never a lie that would have them
// say that a payment was not made which they make.

import Connectors
import Domain
import Foundation
import Primitives
import Sandbox
import Storage
import TestKit

extension Town {
  private func connection(_ dice: inout Chance) -> BankConnection {
    let company = companies[dice.below(companies.count)]
    return company.connection(company.accounts[dice.happens(80) ? 0 : 2].bank)
  }

  /// What the bank does with the company's next file.
  func bankHabit(_ dice: inout Chance) throws -> String {
    let connection = connection(&dice)
    let codes = ["AC03", "AC01", "RR09", "AM04", "AB01"]
    let fault: BankFault =
      switch dice.below(10) {
      case 0: BankFault(.rejectAtAcceptance, code: codes[dice.below(codes.count)])
      case 1: BankFault(.rejectAtExecution, code: codes[dice.below(codes.count)])
      case 2: BankFault(.silent)
      case 3: BankFault(.silentNotExecuted)
      case 4: BankFault(.twice)
      case 5, 6: BankFault(.fee, amountMinor: Int64(dice.below(5_000) + 1), times: 20)
      case 7:
        // A few øre, or so much that a person has to look.
        BankFault(
          .otherAmount,
          amountMinor: Int64(dice.below(200) - 100) * (dice.happens(50) ? 1 : 1_000))
      default: BankFault(.late, minutes: 30 + dice.below(10_000))
      }
    faults += 1
    try bank.setFaults([fault], for: connectionPath(connection))
    // Some banks say in a status that they have paid, others only book it.
    var habits = Sandbox.BankProfile()
    habits.finalStatus = dice.happens(50) ? .statusReport : .bookedEntryOnly
    bank.setProfile(habits, for: connectionPath(connection))
    return "\(fault.action.rawValue) \(fault.code ?? "") at \(connection.bank)"
  }

  /// The bank answers after all what it was silent about.
  func bankSpeaks(_ dice: inout Chance) throws -> String {
    let connection = connection(&dice)
    guard let message = dice.pick(try folders.sent(to: connection)) else { return "no file" }
    faults += 1
    try bank.speak(connection: connectionPath(connection), messageID: message)
    return "about \(message.prefix(6))"
  }

  private func files(_ folder: String, of connection: BankConnection) -> [URL] {
    let place = folders.folder(of: connection).appending(path: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.filter { $0.hasSuffix(".xml") && !$0.hasPrefix(".") }.sorted()
      .map { place.appending(path: $0) }
  }

  /// An answer that nobody has read yet gets lost.
  func answerIsLost(_ dice: inout Chance) throws -> String {
    guard let file = dice.pick(files("from-bank", of: connection(&dice))) else { return "none" }
    faults += 1
    try FileManager.default.removeItem(at: file)
    return file.lastPathComponent
  }

  /// A file that the bank has not taken yet gets lost.
  func orderIsLost(_ dice: inout Chance) throws -> String {
    guard let file = dice.pick(files("to-bank", of: connection(&dice))) else { return "none" }
    faults += 1
    try FileManager.default.removeItem(at: file)
    return file.lastPathComponent
  }

  // MARK: Contradictions

  private func leave(_ text: String, _ name: String, _ connection: BankConnection) throws {
    let folder = folders.folder(of: connection).appending(path: "from-bank")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appending(path: name))
    faults += 1
  }

  func bankLies(_ step: Int, _ dice: inout Chance) throws -> String {
    switch dice.below(11) {
    case 0: try repeats(step, &dice)
    case 1: try misdelivers(step, &dice)
    case 2: try answersByOtherBank(step, &dice)
    case 3: try rejectsWhatIsPaid(step, &dice)
    case 4: try paysOlderSending(step, &dice)
    case 5: try leavesNonsense(step, &dice)
    case 6: try booksOtherwise(step, &dice) { $0.amount += Int64(1 + step % 7) }
    case 7: try booksOtherwise(step, &dice) { $0.amount += Int64(101 + step % 700) }
    case 8: try booksOtherwise(step, &dice) { $0.reference = "SECOND-\(step)" }
    case 9: try booksOtherwise(step, &dice) { $0.account = $0.otherAccount }
    default: try namesAnothersPayment(step, &dice)
    }
  }

  /// A file of before comes once more, under another name.
  private func repeats(_ step: Int, _ dice: inout Chance) throws -> String {
    let connection = connection(&dice)
    guard let file = dice.pick(files("from-bank/done", of: connection)) else { return "no file" }
    try leave(
      String(decoding: try Data(contentsOf: file), as: UTF8.self), "again-\(step).xml",
      connection)
    return "repeats \(file.lastPathComponent)"
  }

  /// One company's file lies in another's folder.
  private func misdelivers(_ step: Int, _ dice: inout Chance) throws -> String {
    let company = dice.below(companies.count), bank = companies[company].accounts[0].bank
    let other = (company + 1 + dice.below(companies.count - 1)) % companies.count
    let from = companies[company].connection(bank)
    guard let file = dice.pick(files("from-bank/done", of: from) + files("from-bank", of: from))
    else { return "no file" }
    try leave(
      String(decoding: try Data(contentsOf: file), as: UTF8.self), "foreign-\(step).xml",
      companies[other].connection(bank))
    return "gives \(file.lastPathComponent) of company \(company + 1) to company \(other + 1)"
  }

  /// A file lies in the folder of the wrong bank, before it lies in the right one.
  private func answersByOtherBank(_ step: Int, _ dice: inout Chance) throws -> String {
    let company = companies[dice.below(companies.count)]
    let right = company.connection(company.accounts[0].bank)
    let wrong = company.connection(company.accounts[2].bank)
    guard let file = dice.pick(files("from-bank", of: right)) else { return "no file" }
    try leave(
      String(decoding: try Data(contentsOf: file), as: UTF8.self), "stray-\(step).xml", wrong)
    return "\(file.lastPathComponent) comes by \(wrong.bank) first"
  }

  private func rejectsWhatIsPaid(_ step: Int, _ dice: inout Chance) throws -> String {
    guard let row = dice.pick(try payments(in: "paid", "posted")),
      let sending = oracle.sending(oracle.newestSending(of: row.id.hex), of: row.id.hex)
    else { return "no payment" }
    let code = dice.happens(50) ? "AC03" : "AM05"
    try leave(
      BankText.status(
        id: "LIE-\(step)", of: sending.message, endToEndID: sending.endToEndID, "RJCT",
        reason: code), "lie-\(step).xml", sending.connection)
    return "rejects \(short(row)) with \(code)"
  }

  /// An older sending, or one that the bank has refused, is said to be paid after all.
  private func paysOlderSending(_ step: Int, _ dice: inout Chance) throws -> String {
    let all = try payments(
      in: "error", "signed", "processing", "paid", "acknowledged", "proposalComplete", "deleted")
    guard let row = dice.pick(all.filter { oracle.newestSending(of: $0.id.hex) > 0 }) else {
      return "no payment"
    }
    let newest = oracle.newestSending(of: row.id.hex)
    let number = row.state == "processing" || row.state == "paid" ? newest - 1 : newest
    guard number > 0, let sending = oracle.sending(number, of: row.id.hex) else { return "none" }
    try leave(
      BankText.status(
        id: "LATE-\(step)", of: sending.message, endToEndID: sending.endToEndID, "ACSC"),
      "late-\(step).xml", sending.connection)
    return "pays sending \(number) of \(short(row))"
  }

  private func leavesNonsense(_ step: Int, _ dice: inout Chance) throws -> String {
    let connection = connection(&dice)
    let row = dice.pick(try payments(in: "processing", "inDoubt"))
    guard let row,
      let sending = oracle.sending(oracle.newestSending(of: row.id.hex), of: row.id.hex),
      dice.happens(60)
    else {
      try leave("<Document", "nonsense-\(step).xml", connection)
      return "half a file"
    }
    try leave(
      BankText.status(
        id: "ODD-\(step)", of: sending.message, endToEndID: sending.endToEndID, "XXXX"),
      "odd-\(step).xml", sending.connection)
    return "an unknown status of \(short(row))"
  }

  /// What an entry tells, before somebody changes it.
  struct Booking {
    var endToEndID: String
    var account: String
    var otherAccount: String
    var amount: Int64
    var reference: String
    var date: String
  }

  /// An entry about what the bank has paid, with one value another one than it should be.
  private func booksOtherwise(
    _ step: Int, _ dice: inout Chance, _ change: (inout Booking) -> Void
  ) throws -> String {
    let made = Array(bank.executed.suffix(40))
    guard let paid = dice.pick(made),
      let company = companies.first(where: { paid.connection.contains($0.place.company.hex) }),
      let date = Instant(rfc3339: paid.executedAt)?.date(in: .centralEuropean)
    else { return "nothing is paid" }
    var booking = Booking(
      endToEndID: paid.endToEndID, account: paid.debtorAccount,
      otherAccount: company.accounts[1].number.text, amount: paid.amountMinor,
      reference: String(paid.endToEndID.suffix(35)), date: date.iso)
    change(&booking)
    let text = BankText.entry(id: "ENTRY-\(step)", booking)
    let bankName = String(paid.connection.split(separator: "/").last ?? "")
    try leave(text, "entry-\(step).xml", company.connection(bankName))
    oracle.note(
      text, tells: booking, truly: (paid.debtorAccount, paid.amountMinor))
    return "books \(paid.endToEndID.prefix(6)) of \(paid.amountMinor) as \(booking.amount) on "
      + "\(booking.account) by \(booking.reference)"
  }

  /// Company A's bank names a payment of company B, in a file of A's about A's own account.
  private func namesAnothersPayment(_ step: Int, _ dice: inout Chance) throws -> String {
    guard let row = dice.pick(try payments(in: "processing", "inDoubt", "signed")) else {
      return "no payment"
    }
    let number = max(oracle.newestSending(of: row.id.hex), 1)
    let other = companies[(row.company + 1) % companies.count]
    let connection = other.connection(other.accounts[0].bank)
    if let sending = oracle.sending(number, of: row.id.hex), dice.happens(70) {
      let status = dice.happens(50) ? "ACSC" : "RJCT"
      try leave(
        BankText.status(
          id: "FOREIGN-\(step)", of: sending.message, endToEndID: sending.endToEndID, status),
        "names-\(step).xml", connection)
    } else {
      let booking = Booking(
        endToEndID: "\(row.id.hex)-\(number)", account: other.accounts[0].number.text,
        otherAccount: "", amount: 100, reference: "FOREIGN-\(step)",
        date: clock.now.date(in: .centralEuropean).iso)
      try leave(
        BankText.entry(id: "FOREIGN-\(step)", booking), "names-\(step).xml", connection)
    }
    return "names \(short(row)) in another company's file"
  }
}
