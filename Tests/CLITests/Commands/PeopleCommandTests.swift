import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import SwiftProtobuf
import Testing

/// Licences, packages, phones, employees, the access table, and a company that leaves.
@Suite struct PeopleCommandTests {
  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    return rig
  }

  private static let user = "\(CommandRig.bureau)/users/0000000000000000000000000000000e"

  @Test func `an order names all packages unless some are named`() async throws {
    let rig = try rig()
    rig.wire.on(Licences.OrderLicence.self) { $0.licence }
    let named = [
      "--customer-number", "100200", "--administrator-name", "Kim", "--administrator-email",
      "kim@example.com",
    ]
    #expect(
      await rig.run(
        "licence", "order", named[0], named[1], named[2], named[3], named[4], named[5]) == 0)
    #expect(
      await rig.run(
        "licence", "order", named[0], named[1], named[2], named[3], named[4], named[5],
        "--package", "bank") == 0)
    let requests = rig.wire.requests(of: Licences.OrderLicence.self)
    #expect(requests.map(\.licence.packages) == [["bank", "remittance", "messages"], ["bank"]])
    #expect(requests.allSatisfy { $0.licence.customerNumber == "100200" && $0.parent != "" })
    #expect(await rig.run("licence", "order", named[0], named[1]) == 2)
  }

  @Test func `packages are named with their accesses, or it is said that there are none`()
    async throws
  {
    let rig = try rig()
    rig.wire.on(Licences.UpdatePackages.self) { $0.packages }
    #expect(
      await rig.run(
        "package", "set", "--package", "bank:agreements,payments", "--package", "messages") == 0)
    #expect(await rig.run("package", "set", "--none", "--whole-bureau") == 0)
    let requests = rig.wire.requests(of: Licences.UpdatePackages.self).map(\.packages)
    #expect(requests.map(\.parent) == [CommandRig.company, CommandRig.bureau])
    #expect(
      requests[0].packages.map { [$0.package] + $0.accesses }
        == [["bank", "agreements", "payments"], ["messages"]])
    #expect(requests[1].packages.isEmpty)
    for wrong in [["package", "set"], ["package", "set", "--none", "--package=bank"]] {
      let code =
        wrong.count == 2
        ? await rig.run(wrong[0], wrong[1]) : await rig.run(wrong[0], wrong[1], wrong[2], wrong[3])
      #expect(code == 2, "\(wrong)")
    }
  }

  @Test func `a code comes from a file or stdin, never from the line (S-04)`() async throws {
    let rig = try rig()
    rig.wire.on(Phones.ConfirmPhone.self) { _ in
      .with {
        $0.number = "+46701234567"
        $0.state = .confirmed
      }
    }
    try rig.write("code", "123456\n")
    #expect(await rig.run("user", "phone", "confirm", "--code-file", rig.path("code")) == 0)
    let request = try #require(rig.wire.requests(of: Phones.ConfirmPhone.self).first)
    #expect(request.code == "123456" && request.parent == "\(CommandRig.bureau)/users/-")
    #expect(rig.output.contains("CONFIRMED") && !rig.output.contains("123456\n"))
    #expect(await rig.run("user", "phone", "confirm", "123456") == 2)
  }

  @Test func `the check of bank signing ends with 1 and says what is missing (S-06)`() async throws
  {
    let rig = try rig()
    rig.wire.on(Phones.CheckSmsSigning.self) { _ in
      .with {
        $0.missing = [
          .with {
            $0.reason = "SMS_NUMBERS_DIFFER"
            $0.message = "They are two numbers."
          }
        ]
      }
    }
    #expect(await rig.run("company", "bank-signing", "check") == 1)
    #expect(rig.output.contains("SMS_NUMBERS_DIFFER"))
    #expect(rig.output.contains("They are two numbers."))
    rig.wire.on(Phones.CheckSmsSigning.self) { _ in .with { $0.canSign = true } }
    #expect(await rig.run("company", "bank-signing", "check") == 0)
  }

  @Test func `a cell is allowed or denied for one role, and marked where it differs`() async throws
  {
    let rig = try rig()
    rig.wire.on(AccessTable.UpdateAccessCell.self) { request in
      .with {
        $0.method = request.method
        $0.gate = .company
        $0.defaultRoles = [.accountant]
        $0.roles = request.allowed ? [.accountant, .approver] : []
        $0.freeRoles = [.accountant, .approver]
      }
    }
    let method = "PostingService/PostPayment"
    #expect(await rig.run("access", "allow", method, "--role", "approver") == 0)
    #expect(rig.output.contains("accountant*, approver!"))
    #expect(await rig.run("access", "deny", "bureau.v1.\(method)", "--role", "accountant") == 0)
    #expect(rig.output.contains("no accountant!, no approver*"))
    let requests = rig.wire.requests(of: AccessTable.UpdateAccessCell.self)
    #expect(requests.map(\.method) == ["bureau.v1.\(method)", "bureau.v1.\(method)"])
    #expect(requests.map(\.allowed) == [true, false])
    #expect(requests.map(\.role) == [.approver, .accountant])
  }

  @Test func `a service user and the automation's employee are set, or said to be none`()
    async throws
  {
    let rig = try rig()
    rig.wire.on(Employees.UpdateEmployee.self) { $0.employee }
    rig.wire.on(Employees.UpdateAutomationEmployee.self) { $0.automationEmployee }
    #expect(await rig.run("user", "service-user", "set", Self.user) == 0)
    #expect(await rig.run("user", "service-user", "set", "", "--user", Self.user) == 0)
    let employees = rig.wire.requests(of: Employees.UpdateEmployee.self).map(\.employee)
    #expect(employees.map(\.user) == ["\(CommandRig.bureau)/users/-", Self.user])
    #expect(employees.map(\.serviceUser) == [Self.user, ""])
    #expect(await rig.run("company", "automation", "set", "--user", Self.user) == 0)
    #expect(await rig.run("company", "automation", "set", "--blank") == 0)
    let chosen = rig.wire.requests(of: Employees.UpdateAutomationEmployee.self)
    #expect(chosen.map(\.automationEmployee.chosenUser) == [Self.user, ""])
    #expect(await rig.run("company", "automation", "set") == 2)
    #expect(await rig.run("company", "automation", "set", "--blank", "--user", Self.user) == 2)
  }

  @Test func `a company is not closed where its export would have no place`() async throws {
    let rig = try rig()
    rig.wire.on(Tenancy.CloseCompany.self) { _ in .with { $0.state = .closed } }
    try rig.write("there", "")
    let closing = ["company", "close", CommandRig.company, "--reason", "Moved on", "--export"]
    func close(_ file: String) async -> Int32 {
      await rig.run(
        closing[0], closing[1], closing[2], closing[3], closing[4], closing[5], rig.path(file))
    }
    #expect(await close("there") != 0)
    #expect(rig.notes.joined().contains("FILE_EXISTS"))
    #expect(rig.wire.requests(of: Tenancy.CloseCompany.self).isEmpty)
    // An export that does not hold is told, and not called good.
    rig.wire.onStream(Audit.ExportCompanyJournal.self) { _ in
      [.with { $0.content = Data("no export\n".utf8) }]
    }
    #expect(await close("new") != 0)
    #expect(rig.wire.requests(of: Tenancy.CloseCompany.self).count == 1)
    #expect(!rig.notes.joined().contains("written and checked"))
  }
}
