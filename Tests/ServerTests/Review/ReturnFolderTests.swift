import BureauAPI
import Domain
import Foundation
import Glibc
import Primitives
import Sandbox
import Server
import TestKit
import Testing

/// What lies in a bank's folder, as somebody else than that bank may have left it.
@Suite struct ReturnFolderTests {
  /// A bank's word that a whole file is refused.
  private func refusal(of messageID: String, name: String = "R1") -> Data {
    Data(
      """
      <?xml version="1.0"?>
      <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
      <GrpHdr><MsgId>\(name)</MsgId><CreDtTm>2026-03-16T08:00:00+01:00</CreDtTm></GrpHdr>
      <OrgnlGrpInfAndSts><OrgnlMsgId>\(messageID)</OrgnlMsgId>
      <OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><GrpSts>RJCT</GrpSts>
      <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>
      </CstmrPmtStsRpt></Document>
      """.utf8)
  }

  /// A payment that has left for its bank, and the message that carries it; no answer comes.
  private func sent(_ office: Office) async throws -> (Bureau_V1_Payment, messageID: String) {
    try office.bureau.bankWill(BankFault(.silentNotExecuted))
    let payment = try await office.kim.imports(SupplierInvoice())
    try await office.alex.signs(payment)
    try await office.bureau.turnClock(to: "2026-03-16T06:30:00Z")
    let seen = try await office.kim.sees(payment)
    #expect(seen.state == .processing)
    let transfer = try #require(seen.instructions.first?.transfer)
    return (payment, String(transfer.suffix(32)))
  }

  @Test func `another bank's word about a payment changes nothing`() async throws {
    try await withOffice { office in
      let (payment, messageID) = try await sent(office)
      let folder = try office.bureau.world.channel
        .folder(of: office.bureau.company.connection(to: "seb")).appending(path: "from-bank")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try refusal(of: messageID).write(to: folder.appending(path: "r.xml"))
      try await office.bureau.settle()
      #expect(try await office.kim.sees(payment).state == .processing)
      #expect(try await office.kim.seesReturnFiles().last?.alarms.count == 1)

      try await office.bureau.bankLeaves(refusal(of: messageID, name: "R2"), named: "r.xml")
      #expect(try await office.kim.sees(payment).state == .error)
    }
  }

  @Test func `what cannot be read stands in nobody's way`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let (payment, messageID) = try await sent(office)
      let inbox = try bureau.world.channel.folder(of: bureau.company.connection())
        .appending(path: "from-bank")
      // Whoever opens it waits for a writer, for ever.
      #expect(mkfifo(inbox.appending(path: "a.xml").path, 0o600) == 0)
      // More than one round takes, in the folder of a company that does not exist.
      let nobody = BankConnection(
        bureau: bureau.id, company: try #require(ID(hex: String(repeating: "0", count: 32))),
        bank: "dnb")
      let stray = bureau.world.channel.folder(of: nobody).appending(path: "from-bank")
      try FileManager.default.createDirectory(at: stray, withIntermediateDirectories: true)
      for number in 0..<250 {
        try Data("<a/>".utf8).write(to: stray.appending(path: "\(number).xml"))
      }
      try await bureau.settle()
      try await bureau.settle()
      try await bureau.bankLeaves(refusal(of: messageID), named: "r.xml")
      #expect(try await office.kim.sees(payment).state == .error)
    }
  }
}
