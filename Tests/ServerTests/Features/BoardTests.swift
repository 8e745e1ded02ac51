import BureauAPI
import Domain
import EngineKit
import GRPCCore
import Primitives
import SwiftProtobuf
import TestKit
import Testing

@Suite(.everyEngine) struct BoardTests {
  private func board(
    _ person: Person, pageSize: Int32 = 0, token: String = "", exceptionsOnly: Bool = false
  ) async throws -> Bureau_V1_ListBoardResponse {
    let parent = person.bureau.name
    return try await person.calls { connection, metadata in
      try await connection.board.listBoard(
        .with {
          $0.parent = parent
          $0.pageSize = pageSize
          $0.pageToken = token
          $0.exceptionsOnly = exceptionsOnly
        }, metadata: metadata)
    }
  }

  private func queues(_ row: Bureau_V1_BoardRow?) -> [String: Int64] {
    Dictionary(
      (row?.queues ?? []).map { ($0.state, $0.count) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func `the queues follow a payment through its life`() async throws {
    try await withOffice { office in
      let name = try office.bureau.company.name
      func queues() async throws -> [String: Int64] {
        self.queues(try await board(office.kim).rows.first { $0.company == name })
      }
      #expect(try await queues() == [:])
      let payment = try await office.kim.imports(SupplierInvoice())
      #expect(try await queues() == ["PROPOSAL_COMPLETE": 1])
      try await office.kim.deletes(payment)
      #expect(try await queues() == [:])
      try await office.kim.restores(payment)
      #expect(try await queues() == ["PROPOSAL_COMPLETE": 1])
      try await office.kim.acknowledges(payment)
      #expect(try await queues() == ["ACKNOWLEDGED": 1])
      try await office.alex.signs(payment)
      #expect(try await queues() == ["SIGNED": 1])
      try await office.bureau.bankSettles(on: "2026-03-16")
      #expect(try await queues() == ["PAID": 1])
      _ = try await office.kim.posts(payment)
      #expect(try await queues() == [:])
    }
  }

  @Test func `A-05 salaries have queues of their own, for whoever sees them and for nobody else`()
    async throws
  {
    try await withOffice { office in
      let name = try office.bureau.company.name
      let pat = try await office.payroll("Pat")
      let ronja = try await office.bureau.accountant("Ronja")
      _ = try await pat.importsSalaries(
        "name;account;amount\nKari Nordmann;12345678903;31000\nOla Nordmann;86011117947;28000\n")
      _ = try await office.kim.imports(SupplierInvoice())
      func salaries(_ person: Person) async throws -> [String: Int64]? {
        let row = try await board(person).rows.first { $0.company == name }
        #expect(queues(row) == ["PROPOSAL_COMPLETE": 1])
        return row.map { row in
          Dictionary(uniqueKeysWithValues: row.salaryQueues.map { ($0.state, $0.count) })
        }
      }
      #expect(try await salaries(pat) == ["PROPOSAL_COMPLETE": 2])
      for person in [office.kim, office.alex, ronja, try office.bureau.administrator] {
        #expect(try await salaries(person) == [:])
      }
      try await office.entrusts(ronja)
      #expect(try await salaries(ronja) == ["PROPOSAL_COMPLETE": 2])
      // Of another company's salaries whoever sees these sees none.
      let other = try await office.bureau.makeCompany("Annen AS")
      let sam = try await office.bureau.person("Sam", .payroll, at: other)
      #expect(try await board(sam).rows.map(\.salaryQueues.count) == [0])
      try await office.bureau.administrator.gives(office.kim, .payroll, at: nil)
      #expect(try await salaries(office.kim) == ["PROPOSAL_COMPLETE": 2])
      let salary = try #require(try await ronja.seesPayments().first { !$0.salaryBatch.isEmpty })
      try await ronja.deletes(salary)
      #expect(try await salaries(ronja) == ["PROPOSAL_COMPLETE": 1])
    }
  }

  @Test func `a row shows marks, deadline and what is to be done by whom`() async throws {
    try await withOffice { office in
      let name = try office.bureau.company.name
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.confirmsPayees(of: [payment.name])
      let row = try #require(try await board(office.alex).rows.first { $0.company == name })
      #expect(row.agreementMark == .green && row.consentMark == .green)
      #expect(row.ownConsentMark == .green)
      #expect(row.exceptions.isEmpty)
      #expect(!row.nextDueDate.isEmpty)
      // C-05: the accountant has no mark of Alex's.
      let kims = try #require(try await board(office.kim).rows.first { $0.company == name })
      #expect(kims.agreementMark == .green && kims.ownConsentMark == .unspecified)
      // Half a year on the consent has ended, and what was not signed is due.
      try await office.bureau.turnClock(to: "2026-10-01T08:00:00Z")
      let late = try #require(try await board(office.kim).rows.first { $0.company == name })
      #expect(late.consentMark == .red)
      #expect(late.exceptions.map(\.cause) == [.paymentsOverdue, .noConsent])
      #expect(late.exceptions[1].owner == "Alex")
    }
  }

  @Test func `one sees the companies that one has a role in, and no others (U-10)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let own = try bureau.company.name
      #expect(try await board(office.kim).rows.map(\.company) == [own])
      #expect(try await board(lee).rows.map(\.company) == [other.name])
      let all = try await board(try bureau.administrator).rows.map(\.company)
      #expect(Set(all) == [own, other.name])
      let foreign = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      #expect(try await board(try foreign.administrator).rows.count == 1)
    }
  }

  @Test func `pages together are the board, and exceptions can be had alone`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      for number in 0..<4 { _ = try await bureau.makeCompany("Nye \(number) AS") }
      let robin = try bureau.administrator
      let whole = try await board(robin)
      #expect(whole.nextPageToken.isEmpty && whole.rows.count == 5)
      var rows: [Bureau_V1_BoardRow] = [], token = ""
      repeat {
        let page = try await board(robin, pageSize: 2, token: token)
        #expect(page.rows.count <= 2)
        rows += page.rows
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(rows == whole.rows)
      let open = try await board(robin, exceptionsOnly: true).rows
      #expect(open.count == 4)
      #expect(open.allSatisfy { $0.exceptions.map(\.cause) == [.noAgreement, .noApprover] })
      #expect(
        try await bureau.refusal { try await board(robin, pageSize: -1) }.reason
          == "PAGE_SIZE_INVALID")
    }
  }
}
