import BureauAPI
import Connectors
import EngineKit
import GRPCCore
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Codes over several companies, beside BankID, for salaries, and how many are sent.
@Suite(.everyEngine) struct SigningCodeSetTests {
  @Test func `S-02 L-02 one code approves wherever both conditions hold, and nowhere else`()
    async throws
  {
    try await withOffice { office in
      let alex = office.alex
      let company = try await office.bureau.makeCompany("Annen AS")
      let kari = try await office.bureau.accountant("Kari", at: company)
      try await office.bureau.administrator.gives(alex, .approver, at: company)
      let agreement = try await kari.registersAgreement(signer: alex, at: company)
      try await alex.signs(agreement)
      try await alex.consents(at: company)
      let own = try await office.kim.imports(SupplierInvoice())
      let there = try await kari.imports(
        SupplierInvoice(number: "3").with { $0.amount = "100.00" }, at: company)
      try await alex.confirmsPayees(of: [own.name, there.name])
      try await alex.canSignBySMS()
      let (answer, code) = try await alex.receives {
        try await alex.asksForCodeAll([own.name, there.name])
      }
      let refused = try answer.results.map { try BulkResult($0) }
      #expect(refused.map(\.name) == [there.name])
      #expect(refused.first?.refused?.reason == "SMS_COMPANY_NUMBER_MISSING")
      #expect(!answer.order.visibleText.contains("Annen AS"))
      #expect(try await alex.confirms(answer.order, code).results == [own.name])
      #expect(try await kari.sees(there).state == there.state)
      try await office.bureau.administrator.setsBankSigning(
        of: alex, Person.mobile, at: company)
      let more = try await office.kim.imports(SupplierInvoice(number: "4"))
      let (all, next) = try await alex.receives {
        try await alex.asksForCodeAll([more.name, there.name])
      }
      let message = try #require(
        try await alex.approvalMessages().first { $0.secret == next }?.text)
      #expect(message.contains("2 companies: 7255.00 NOK to Elbolaget AS"))
      // Between the code and its answer one company takes the number out: it alone refuses.
      try await office.bureau.administrator.setsBankSigning(of: alex, "", at: company)
      let done = try await alex.confirms(all.order, next)
      #expect(done.results == [more.name] && done.refusals.map(\.name) == [there.name])
      #expect(try await office.kim.sees(more).signerMethods == [.smsCode])
      #expect(try await kari.sees(there).state == there.state)
    }
  }

  @Test func `a code and a BankID signature count together, and each is told as what it is`()
    async throws
  {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      try await max.consents()
      try await office.bureau.administrator.sets { $0.approvers = 2 }
      try await office.alex.canSignBySMS()
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.confirmsPayees(of: [payment.name])
      try await office.alex.approvesByCode(payment)
      let half = try await office.kim.sees(payment)
      #expect(half.state != .signed && half.signerMethods == [.smsCode])
      try await max.signs(payment)
      let whole = try await office.kim.sees(payment)
      #expect(whole.state == .signed && whole.signers.count == 2)
      let methods = Dictionary(
        uniqueKeysWithValues: zip(whole.signers, whole.signerMethods))
      #expect(methods == [office.alex.name: .smsCode, max.name: .bankid])
    }
  }

  @Test func `a salary is approved by a code by whoever sees salaries, and is nothing for others`()
    async throws
  {
    try await withOffice { office in
      let alex = office.alex, max = try await office.bureau.approver("Max")
      try await max.consents()
      try await office.entrusts(alex)
      let pia = try await office.payroll("Pia")
      _ = try await pia.importsSalaries(
        "name;account;amount\nKari Nordmann;12345678903;30000.50\n")
      let salary = try #require(try await alex.seesPayments().first)
      try await alex.canSignBySMS()
      try await max.canSignBySMS(number: "+46701234568")
      let other = try await office.bureau.refusal { try await max.asksForCode(salary) }
      #expect(other.reason == "PAYMENT_NOT_FOUND")
      try await alex.approvesByCode(salary)
      #expect(try await alex.sees(salary).state == .signed)
    }
  }

  @Test func `ten codes go to one person within an hour`() async throws {
    try await withOffice { office in
      let alex = office.alex
      try await alex.canSignBySMS()
      let payment = try await office.kim.imports(SupplierInvoice())
      try await alex.confirmsPayees(of: [payment.name])
      for minute in 10..<20 {
        try await office.bureau.turnClock(to: "2026-03-02T08:\(minute):00Z")
        _ = try await alex.asksForCode(payment)
      }
      try await office.bureau.turnClock(to: "2026-03-02T08:21:00Z")
      let more = try await office.bureau.refusal { try await alex.asksForCode(payment) }
      #expect(more.reason == "SMS_CODES_TOO_MANY")
      #expect(try await alex.approvalMessages().count == 10)
      try await office.bureau.turnClock(to: "2026-03-02T09:10:00Z")
      try await alex.approvesByCode(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }

  @Test func `S-01 the company's policy keeps codes out, and the check says so`() async throws {
    try await withOffice { office in
      let alex = office.alex
      try await alex.canSignBySMS()
      #expect(try await alex.checksSMSSigning().canSign)
      let payment = try await office.kim.imports(SupplierInvoice())
      try await alex.confirmsPayees(of: [payment.name])
      try await office.bureau.administrator.sets { $0.smsMayNotSign = true }
      let check = try await alex.checksSMSSigning()
      #expect(!check.canSign && check.missing.map(\.reason) == ["POLICY_SMS_SIGNING"])
      let refused = try await office.bureau.refusal { try await alex.asksForCode(payment) }
      #expect(refused.reason == "POLICY_SMS_SIGNING")
      #expect(try await alex.seesPolicy().smsMayNotSign)
      try await alex.signs(payment)
      #expect(try await office.kim.sees(payment).signerMethods == [.bankid])
    }
  }
}
