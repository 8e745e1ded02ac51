import Formats
import Primitives
import Testing

@Suite struct ReferredDocumentTests {
  private static let documents = [
    ReferredDocument(kind: .invoice, number: "104471", amount: nok(715_500)),
    ReferredDocument(kind: .creditNote, number: "K 55", amount: nok(15_500)),
  ]

  private static func nok(_ minorUnits: Int64) -> Money {
    Money(minorUnits: minorUnits, currency: .nok)
  }

  private func message(_ documents: [ReferredDocument], _ amount: Money) throws -> Pain001 {
    var message = try Pain001.norwegian()
    message.paymentInformations[0].transactions[0].remittance = .documents(documents)
    message.paymentInformations[0].transactions[0].amount = amount
    return message
  }

  @Test func `an invoice and its credit notes are listed with their amounts, and read back`() throws
  {
    let message = try message(Self.documents, Self.nok(700_000))
    let bytes = try message.write()
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    #expect(
      text.contains(
        "<RmtInf><Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>104471</Nb>"
          + "</RfrdDocInf><RfrdDocAmt><RmtdAmtCcy=\"NOK\">7155.00</RmtdAmt></RfrdDocAmt></Strd><Strd>"
      ))
    #expect(text.contains("<CdtNoteAmtCcy=\"NOK\">155.00</CdtNoteAmt>"))
    #expect(
      try Pain001.read(bytes).paymentInformations[0].transactions[0].remittance
        == .documents(Self.documents))
    if Samples.canValidate {
      #expect(try Samples.schemaFaults(bytes, schema: "pain.001.001.03") == "")
    }
  }

  @Test(arguments: [
    ([], nok(700_000)), (documents, nok(700_001)), (documents, nok(731_000)),
    ([ReferredDocument(kind: .invoice, number: "", amount: nok(1))], nok(1)),
    (
      [
        ReferredDocument(kind: .invoice, number: String(repeating: "7", count: 36), amount: nok(1))
      ], nok(1)
    ),
    (
      documents + [
        ReferredDocument(
          kind: .invoice, number: "1", amount: Money(minorUnits: 1, currency: .sek))
      ], nok(700_001)
    ),
    (
      [
        ReferredDocument(kind: .invoice, number: "1", amount: nok(.max)),
        ReferredDocument(kind: .invoice, number: "2", amount: nok(.max)),
      ], nok(1)
    ),
  ])
  func `documents that do not make up the amount are not written`(
    documents: [ReferredDocument], amount: Money
  ) throws {
    let message = try message(documents, amount)
    #expect(throws: Pain001Error.self) { try message.write() }
  }

  @Test func `a number is told whole or not at all`() {
    let rendering = Pain001.Rendering()
    #expect(rendering.number("K 55") == "K 55")
    #expect(
      rendering.number(String(repeating: "7", count: 35)) == String(repeating: "7", count: 35))
    #expect(rendering.number(String(repeating: "7", count: 36)) == nil)
    #expect(rendering.number(" ") == nil)
    let short = Pain001.Rendering(messageLength: 10)
    #expect(short.carriesWhole("0123456789") && !short.carriesWhole("0123456789 1"))
  }
}
