package import BureauAPI
import GRPCCore
import SwiftProtobuf

// What people do with a company's policy.

extension Person {
  /// Sets a policy; `change` says what differs from the standard one.
  @discardableResult
  package func sets(
    dryRun: Bool = false, etag: String = "", at company: TestCompany? = nil,
    policy change: (inout Bureau_V1_Policy) -> Void
  ) async throws -> Bureau_V1_SetPolicyResponse {
    var policy = Bureau_V1_Policy()
    policy.name = try (company ?? bureau.company).name + "/policy"
    policy.etag = etag
    change(&policy)
    let wanted = policy
    return try await calls { connection, metadata in
      try await connection.policies.setPolicy(
        .with {
          $0.policy = wanted
          $0.requestID = newRequestID()
          $0.validateOnly = dryRun
        }, metadata: metadata)
    }
  }

  package func seesPolicy(at company: TestCompany? = nil) async throws -> Bureau_V1_Policy {
    let name = try (company ?? bureau.company).name + "/policy"
    return try await calls { connection, metadata in
      try await connection.policies.getPolicy(.with { $0.name = name }, metadata: metadata)
    }
  }
}

extension Bureau_V1_Policy.Limit {
  package static func nok(above minorUnits: Int64, _ approvers: Int32) -> Self {
    .with {
      $0.above.minorUnits = minorUnits
      $0.above.currencyCode = "NOK"
      $0.approvers = approvers
    }
  }

  package static func nobody(above minorUnits: Int64) -> Self {
    .with {
      $0.above.minorUnits = minorUnits
      $0.above.currencyCode = "NOK"
      $0.nobody = true
    }
  }
}
