package import BureauAPI
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
