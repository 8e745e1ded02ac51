import Checker
import Crypto
import Domain
import Formats
import Foundation
import Primitives

// What is at the bank is what somebody signed who had the right: from the bank's bytes and from what
// BankID showed, and not from anything that the server keeps but the journal.

extension Oracle {
  /// Each payment of a file that the bank has taken: shown to somebody with these very values,
  /// signed, and by the journal the newest that was signed before it was sent.
  func check(_ content: [UInt8], from company: Int, bank: String, _ town: Town) throws {
    let message: Pain001
    do { message = try Pain001.read(content) } catch {
      return violate("signed is sent", "a file at \(bank) cannot be read: \(error)")
    }
    for group in message.paymentInformations {
      for transfer in group.transactions {
        let payment = String(transfer.endToEndID.split(separator: "-").first ?? "")
        let versions = approvals(of: payment, town).filter {
          digests(transfer, group, payment: payment, due: $0.due, bank: bank).contains($0.digest)
        }
        expect(
          "signed is sent", !versions.isEmpty,
          "\(transfer.endToEndID) is at \(bank) as nobody has signed it: "
            + "\(transfer.amount.minorUnits) to \(transfer.creditorAccount.text)")
        let number = Int(transfer.endToEndID.split(separator: "-").last ?? "") ?? 0
        guard let sending = sending(number, of: payment), !sending.digest.isEmpty else { continue }
        expect(
          "signed is sent", versions.contains { $0.digest == sending.digest },
          "\(transfer.endToEndID) is at \(bank) as it was signed once, and not as it was last")
      }
    }
  }

  /// What BankID showed of a payment: the due date that was read, the digest that was signed.
  private func approvals(of payment: String, _ town: Town) -> [(due: String, digest: String)] {
    town.bankID.signed.flatMap { signed -> [(due: String, digest: String)] in
      let lines = signed.data.split(separator: "\n").dropFirst()
      let dues = signed.text.split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("due ") else { return nil }
        return String(line.dropFirst(4).prefix(10))
      }
      return zip(lines, dues).compactMap { line, due in
        let parts = line.split(separator: " ")
        guard parts.count == 2, parts[0] == payment else { return nil }
        return (due, String(parts[1]))
      }
    }
  }

  /// The digest by docs: SHA-256 over the values in their order, a line each; with each of the marks
  /// that the signer may have been shown, of which the bank file says nothing.
  private func digests(
    _ transfer: Pain001.CreditTransfer, _ group: Pain001.PaymentInformation, payment: String,
    due: String, bank: String
  ) -> [String] {
    func account(_ written: WrittenAccount) -> String {
      guard let number = written.number.map(AccountNumber.normalised) else { return written.text }
      return "\(number.form.rawValue):\(number.text)"
    }
    let what: String =
      switch transfer.remittance {
      case .structured(let reference): "reference=\(reference.type.rawValue):\(reference.text)"
      case .unstructured(let text): "reference=MESSAGE:\(text)"
      case .documents(let documents):
        documents.map {
          "document=\($0.kind.rawValue) \($0.amount.minorUnits) \($0.amount.currency) \($0.number)"
        }.joined(separator: "\n")
      case .none, .unverified: "none"
      }
    let version = Domain.BankProfile.named(bank)?.version ?? 0
    let lines = [
      "payment=\(payment)", "bank=\(bank)/\(version)",
      "debtor_account=\(account(group.debtorAccount))", "creditor_name=\(transfer.creditor.name)",
      "creditor_account=\(account(transfer.creditorAccount))",
      "creditor_bic=\(transfer.creditorAgentBIC?.text ?? "")",
      "amount=\(transfer.amount.minorUnits) \(transfer.amount.currency.code)",
      what, "due_date=\(due)", "",
    ]
    let purpose = group.categoryPurpose.map { "category_purpose=\($0)\n" } ?? ""
    let values = lines.joined(separator: "\n") + purpose
    let isNetted = if case .documents = transfer.remittance { true } else { false }
    let (plain, marked) = isNetted ? (3, 3) : (1, 2)
    return [
      "bureau/payment/v\(plain)\n\(values)",
      "bureau/payment/v\(marked)\n\(values)payee_account=new\n",
      "bureau/payment/v\(marked)\n\(values)payee_account=changed\n",
    ].map { Array(SHA256.hash(data: Array($0.utf8))).hexText }
  }
}
