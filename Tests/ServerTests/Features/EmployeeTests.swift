import BureauAPI
import EngineKit
import SwiftProtobuf
import TestKit
import Testing

/// The service user on an employee, and who stands for automatic updates.
@Suite(.everyEngine) struct EmployeeTests {
  @Test
  func
    `everybody stores their own service user once, and a customer administrator any (U-11, U-12, U-13, U-14)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let kim = try await bureau.accountant("Kim"), lee = try await bureau.accountant("Lee")
      let erp = try await bureau.serviceUser("ERP")
      #expect(try await kim.storesServiceUser(erp.name).serviceUser == erp.name)
      // It applies to Kim alone: another user has their own.
      let taken = try await bureau.refusal { try await lee.storesServiceUser(erp.name) }
      #expect(taken.reason == "SERVICE_USER_TAKEN")
      let foreign = try await bureau.refusal {
        try await lee.storesServiceUser(erp.name, on: kim)
      }
      #expect(foreign.reason == "EMPLOYEE_NOT_OWN")
      let person = try await bureau.refusal { try await lee.storesServiceUser(kim.name) }
      #expect(person.reason == "EMPLOYEE_NOT_SERVICE_USER")
      // U-11: a service user that may not send files is none.
      let roleless = try await robin.calls { connection, metadata in
        try await connection.tenancy.createUser(
          .with {
            $0.parent = bureau.name
            $0.user.displayName = "Nothing"
            $0.user.kind = .service
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }
      let refused = try await bureau.refusal { try await lee.storesServiceUser(roleless.name) }
      #expect(refused.reason == "SERVICE_USER_WITHOUT_ROLE")
      // U-13: with the next company there is nothing to enter; it is the employee's, not a company's.
      _ = try await bureau.makeCompany("Neste AS")
      let known = try await kim.calls { connection, metadata in
        try await connection.employees.getEmployee(
          .with { $0.user = "\(bureau.name)/users/-" }, metadata: metadata)
      }
      #expect(known.serviceUser == erp.name)
      // U-14: in the employee register.
      #expect(try await robin.storesServiceUser("", on: kim).serviceUser.isEmpty)
      #expect(try await robin.storesServiceUser(erp.name, on: lee).serviceUser == erp.name)
    }
  }

  @Test
  func
    `the employee for automatic updates is the one set, else the lowest id with rights (U-15, U-16)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let kim = try await bureau.accountant("Kim"), lee = try await bureau.accountant("Lee")
      // Neither a service user nor somebody of another company is ever used.
      _ = try await bureau.serviceUser("ERP")
      let other = try await bureau.makeCompany("Fremmed AS")
      let ola = try await bureau.accountant("Ola", at: other)
      func lowest(_ people: Person...) -> String { people.map(\.name).min() ?? "" }

      let blank = try await kim.seesAutomation()
      #expect(blank.chosenUser.isEmpty && blank.origin == .fallback)
      #expect(blank.user == lowest(robin, kim, lee))
      let chosen = try await robin.choosesAutomation(lee)
      #expect(chosen.user == lee.name && chosen.origin == .chosen)
      let foreign = try await bureau.refusal { try await robin.choosesAutomation(ola) }
      #expect(foreign.reason == "EMPLOYEE_NOT_ENTITLED")
      // A company's own people are no employees of the bureau.
      for role in [.approver, .reader, .companyAdministrator] as [Bureau_V1_Role] {
        let own = try await bureau.person("Own-\(role.rawValue)", role, at: try bureau.company)
        let refused = try await bureau.refusal { try await robin.choosesAutomation(own) }
        #expect(refused.reason == "EMPLOYEE_NOT_ENTITLED", "\(role)")
      }
      // Whoever was set and is kept out is not used; it is told who is.
      try await robin.blocks(lee)
      let fallback = try await kim.seesAutomation()
      #expect(fallback.chosenUser == lee.name && fallback.origin == .fallback)
      #expect(fallback.user == lowest(robin, kim))
      #expect(try await robin.choosesAutomation(nil).chosenUser.isEmpty)
    }
  }
}
