import Formats
import Primitives
import Testing

/// One change that makes a good message unfit.
struct Unfit: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let error: Pain001Error
  let change: @Sendable (inout Pain001) throws -> Void

  init(
    _ name: String, _ error: Pain001Error,
    _ change: @escaping @Sendable (inout Pain001) throws -> Void
  ) {
    testDescription = name
    self.error = error
    self.change = change
  }

  private static let first = "PmtInf[1]/CdtTrfTxInf[1]"
  private static let second = "PmtInf[1]/CdtTrfTxInf[2]"

  static let all: [Unfit] = [
    Unfit("empty message id", .identifier(field: "GrpHdr/MsgId", value: "")) { $0.messageID = "" },
    Unfit("message id starts with a slash", .identifier(field: "GrpHdr/MsgId", value: "/A")) {
      $0.messageID = "/A"
    },
    Unfit(
      "message id of 36",
      .identifier(field: "GrpHdr/MsgId", value: String(repeating: "a", count: 36))
    ) { $0.messageID = String(repeating: "a", count: 36) },
    Unfit("nobody initiates", .empty(field: "GrpHdr/InitgPty/Nm")) {
      $0.initiatingParty.name = " "
    },
    Unfit("no groups", .nothingToPay(field: "PmtInf")) { $0.paymentInformations = [] },
    Unfit("group id twice", .duplicate(field: "PmtInf[2]/PmtInfId", value: "BUR-20261002-0001-1")) {
      $0.paymentInformations.append($0.paymentInformations[0])
    },
    Unfit(
      "purpose is a word", .identifier(field: "PmtInf[1]/PmtTpInf/CtgyPurp/Cd", value: "Salary")
    ) {
      $0.paymentInformations[0].categoryPurpose = "Salary"
    },
    Unfit("debtor account is none", .account(field: "PmtInf[1]/DbtrAcct", value: "1")) {
      $0.paymentInformations[0].debtorAccount = WrittenAccount(scheme: .iban, id: "1")
    },
    Unfit("empty group", .nothingToPay(field: "PmtInf[1]/CdtTrfTxInf")) {
      $0.paymentInformations[0].transactions = []
    },
    Unfit("instruction id twice", .duplicate(field: "\(second)/PmtId/InstrId", value: "IE000001")) {
      $0.paymentInformations[0].transactions[1].instructionID = "IE000001"
    },
    Unfit("end-to-end id twice", .duplicate(field: "\(second)/PmtId/EndToEndId", value: "E000001"))
    {
      $0.paymentInformations[0].transactions[1].endToEndID = "E000001"
    },
    Unfit(
      "end-to-end id has a letter outside",
      .identifier(field: "\(first)/PmtId/EndToEndId", value: "Å")
    ) {
      $0.paymentInformations[0].transactions[0].endToEndID = "Å"
    },
    Unfit("zero", .amount(field: "\(first)/Amt/InstdAmt", value: "0.00")) {
      $0.paymentInformations[0].transactions[0].amount = .nok(0)
    },
    Unfit("negative", .amount(field: "\(first)/Amt/InstdAmt", value: "-0.01")) {
      $0.paymentInformations[0].transactions[0].amount = .nok(-1)
    },
    Unfit(
      "SEPA in kroner",
      .combination(field: "\(first)/Amt/InstdAmt", why: "SEPA payments are in EUR")
    ) { $0.paymentInformations[0].serviceLevel = .sepa },
    Unfit("name without a letter", .empty(field: "\(first)/Cdtr/Nm")) {
      $0.paymentInformations[0].transactions[0].creditor.name = "\u{7}\n"
    },
    Unfit("creditor account is none", .account(field: "\(first)/CdtrAcct", value: "8601")) {
      $0.paymentInformations[0].transactions[0].creditorAccount = WrittenAccount(
        scheme: .bban, id: "8601")
    },
    Unfit(
      "KID on a salary",
      .combination(field: "\(first)/RmtInf/Strd", why: "salary carries no structured reference")
    ) { $0.paymentInformations[0].categoryPurpose = "SALA" },
    Unfit(
      "message as reference",
      .combination(
        field: "\(first)/RmtInf/Strd", why: "a message is no reference: send it as text")
    ) { $0.paymentInformations[0].transactions[0].remittance = .structured(.message("Hei")) },
    Unfit(
      "OCR to a Norwegian account",
      .combination(
        field: "\(first)/RmtInf/Strd/CdtrRefInf/Ref",
        why: "a reference of type OCR does not fit the creditor's account")
    ) {
      $0.paymentInformations[0].transactions[0].remittance = .structured(
        try PaymentReference(type: .ocr, text: "1234574"))
    },
    Unfit(
      "reference that was never checked",
      .identifier(field: "\(first)/RmtInf/Strd/CdtrRefInf/Ref", value: "12")
    ) { $0.paymentInformations[0].transactions[0].remittance = .unverified("12") },
    Unfit("message without a letter", .empty(field: "\(second)/RmtInf/Ustrd")) {
      $0.paymentInformations[0].transactions[1].remittance = .unstructured("  ")
    },
  ]
}

@Suite struct Pain001RefusalTests {
  @Test(arguments: Unfit.all) func `an unfit message is not written`(unfit: Unfit) throws {
    var message = try Pain001.norwegian()
    try unfit.change(&message)
    #expect(throws: unfit.error) { try message.write() }
    #expect(unfit.error.description.hasPrefix(unfit.error.field))
  }
}
