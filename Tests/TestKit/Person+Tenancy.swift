package import BureauAPI
import Connectors
import GRPCCore
import SwiftProtobuf

// What an administrator does with companies and users.

extension Person {
  @discardableResult
  package func blocks(_ person: Person, reason: String = "") async throws -> Bureau_V1_User {
    try await blocks(person.name, reason: reason)
  }

  @discardableResult
  package func blocks(_ user: String, reason: String = "") async throws -> Bureau_V1_User {
    try await calls { connection, metadata in
      try await connection.tenancy.blockUser(
        .with {
          $0.name = user
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func unblocks(_ person: Person) async throws -> Bureau_V1_User {
    try await calls { connection, metadata in
      try await connection.tenancy.unblockUser(
        .with {
          $0.name = person.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func activates(_ company: TestCompany) async throws -> Bureau_V1_Company {
    try await calls { connection, metadata in
      try await connection.tenancy.activateCompany(
        .with {
          $0.name = company.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func closes(_ company: TestCompany, reason: String = "Moved on") async throws
    -> Bureau_V1_Company
  {
    try await calls { connection, metadata in
      try await connection.tenancy.closeCompany(
        .with {
          $0.name = company.name
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// The names of the companies that a search finds, page by page.
  package func findsCompanies(_ query: String, pageSize: Int32 = 0) async throws -> [String] {
    var found: [String] = [], token = ""
    repeat {
      let next = token
      let page = try await calls { connection, metadata in
        try await connection.tenancy.listCompanies(
          .with {
            $0.parent = bureau.name
            $0.query = query
            $0.pageSize = pageSize
            $0.pageToken = next
          }, metadata: metadata)
      }
      found += page.companies.map(\.displayName)
      token = page.nextPageToken
    } while !token.isEmpty
    return found.sorted()
  }

  package func findsUsers(_ query: String) async throws -> [String] {
    try await calls { connection, metadata in
      try await connection.tenancy.listUsers(
        .with {
          $0.parent = bureau.name
          $0.query = query
        }, metadata: metadata)
    }.users.map(\.displayName).sorted()
  }

  package func findsRoles(_ query: String) async throws -> [Bureau_V1_RoleAssignment] {
    try await calls { connection, metadata in
      try await connection.tenancy.listRoleAssignments(
        .with {
          $0.parent = bureau.name
          $0.query = query
        }, metadata: metadata)
    }.roleAssignments
  }

  package func updatesCompany(
    _ company: TestCompany, _ mask: String..., etag: String = "",
    change: (inout Bureau_V1_Company) -> Void
  ) async throws -> Bureau_V1_Company {
    var wanted = Bureau_V1_Company()
    wanted.name = company.name
    wanted.etag = etag
    change(&wanted)
    let request = Bureau_V1_UpdateCompanyRequest.with {
      $0.company = wanted
      $0.updateMask.paths = mask
      $0.requestID = newRequestID()
    }
    return try await calls { connection, metadata in
      try await connection.tenancy.updateCompany(request, metadata: metadata)
    }
  }

  package func seesCompany(_ company: TestCompany) async throws -> Bureau_V1_Company {
    try await calls { connection, metadata in
      try await connection.tenancy.getCompany(.with { $0.name = company.name }, metadata: metadata)
    }
  }
}

// Licences, packages, phones, employees and the access table.

extension Person {
  @discardableResult
  package func acceptsTerms(_ version: String? = nil) async throws -> Bureau_V1_Licence {
    try await calls { connection, metadata in
      let terms = try await connection.licences.getTerms(
        .with { $0.parent = bureau.name }, metadata: metadata)
      return try await connection.licences.acceptTerms(
        .with {
          $0.parent = bureau.name
          $0.version = version ?? terms.version
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func ordersLicence(
    _ packages: [String], customerNumber: String = "100200", name: String = "Robin",
    email: String = "robin@fjord.example"
  ) async throws -> Bureau_V1_Licence {
    try await calls { connection, metadata in
      try await connection.licences.orderLicence(
        .with {
          $0.parent = bureau.name
          $0.licence.customerNumber = customerNumber
          $0.licence.administratorName = name
          $0.licence.administratorEmail = email
          $0.licence.packages = packages
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// Chooses packages; `company` nil: of the bureau itself.
  @discardableResult
  package func choosesPackages(
    _ packages: [String: [String]], of company: TestCompany?
  ) async throws -> Bureau_V1_Packages {
    try await calls { connection, metadata in
      try await connection.licences.updatePackages(
        .with {
          $0.packages.parent = company?.name ?? bureau.name
          $0.packages.packages = packages.sorted { $0.key < $1.key }.map { name, accesses in
            .with {
              $0.package = name
              $0.accesses = accesses
            }
          }
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func seesPackages(of company: TestCompany?) async throws -> Bureau_V1_Packages {
    let parent = company?.name ?? bureau.name
    return try await calls { connection, metadata in
      try await connection.licences.getPackages(.with { $0.parent = parent }, metadata: metadata)
    }
  }

  @discardableResult
  package func entersPhone(_ number: String) async throws -> Bureau_V1_Phone {
    try await calls { connection, metadata in
      try await connection.phones.updatePhone(
        .with {
          $0.parent = "\(bureau.name)/users/-"
          $0.number = number
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func sendsCodeAgain() async throws -> Bureau_V1_Phone {
    try await calls { connection, metadata in
      try await connection.phones.sendPhoneCode(
        .with { $0.parent = "\(bureau.name)/users/-" }, metadata: metadata)
    }
  }

  @discardableResult
  package func confirmsPhone(_ code: String) async throws -> Bureau_V1_Phone {
    try await calls { connection, metadata in
      try await connection.phones.confirmPhone(
        .with {
          $0.parent = "\(bureau.name)/users/-"
          $0.code = code
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// The codes that were sent to a number, in no order.
  package func codes(sentTo number: String) async throws -> [String] {
    try await bureau.settle()
    return try bureau.world.messenger.messages().filter { $0.mobile == number }.map(\.secret)
  }

  @discardableResult
  package func setsBankSigning(of person: Person, _ number: String) async throws
    -> Bureau_V1_BankSigning
  {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.phones.updateBankSigning(
        .with {
          $0.parent = parent
          $0.bankSigning.user = person.name
          $0.bankSigning.number = number
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func checksSMSSigning() async throws -> Bureau_V1_SmsSigningCheck {
    let name = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.phones.checkSmsSigning(.with { $0.name = name }, metadata: metadata)
    }
  }

  @discardableResult
  package func storesServiceUser(_ service: String, on person: Person? = nil) async throws
    -> Bureau_V1_Employee
  {
    let name = person?.name ?? "\(bureau.name)/users/-"
    return try await calls { connection, metadata in
      try await connection.employees.updateEmployee(
        .with {
          $0.employee.user = name
          $0.employee.serviceUser = service
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func choosesAutomation(_ person: Person?) async throws -> Bureau_V1_AutomationEmployee {
    let company = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.employees.updateAutomationEmployee(
        .with {
          $0.automationEmployee.company = company
          $0.automationEmployee.chosenUser = person?.name ?? ""
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func seesAutomation() async throws -> Bureau_V1_AutomationEmployee {
    let company = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.employees.getAutomationEmployee(
        .with { $0.company = company }, metadata: metadata)
    }
  }

  @discardableResult
  package func setsAccess(_ method: String, _ role: Bureau_V1_Role, _ allowed: Bool) async throws
    -> Bureau_V1_AccessRule
  {
    try await calls { connection, metadata in
      try await connection.access.updateAccessCell(
        .with {
          $0.parent = bureau.name
          $0.method = "bureau.v1.\(method)"
          $0.role = role
          $0.allowed = allowed
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }
}
