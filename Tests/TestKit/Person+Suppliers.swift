package import BureauAPI
import GRPCCore
import SwiftProtobuf

// What people do about suppliers and their accounts.

extension Person {
  package func seesSuppliers(
    _ state: Bureau_V1_SupplierAccount.State = .unspecified, at company: TestCompany? = nil
  ) async throws -> [Bureau_V1_Supplier] {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.suppliers.listSuppliers(
        .with {
          $0.parent = parent
          $0.accountState = state
        }, metadata: metadata
      ).suppliers
    }
  }

  @discardableResult
  package func confirms(_ accounts: [String], id: String? = nil) async throws
    -> [Bureau_V1_SupplierAccount]
  {
    let parent =
      accounts.first.map { $0.split(separator: "/").prefix(4).joined(separator: "/") } ?? ""
    return try await calls { connection, metadata in
      try await connection.suppliers.confirmSupplierAccounts(
        .with {
          $0.parent = parent
          $0.accounts = accounts
          $0.requestID = id ?? newRequestID()
        }, metadata: metadata
      ).accounts
    }
  }

  /// Confirms the held accounts of payments, company by company.
  package func confirmsPayees(of payments: [String]) async throws {
    var accounts: [String: [String]] = [:]
    for name in payments {
      let payment = try await calls { connection, metadata in
        try await connection.payments.getPayment(.with { $0.name = name }, metadata: metadata)
      }
      guard payment.payeeAccount.refusal == "SUPPLIER_ACCOUNT_HELD" else { continue }
      let company = name.split(separator: "/").prefix(4).joined(separator: "/")
      accounts[company, default: []].append(payment.payeeAccount.account)
    }
    for company in accounts.keys.sorted() { try await confirms(accounts[company] ?? []) }
  }

  @discardableResult
  package func rejects(account: String, _ reason: String) async throws -> Bureau_V1_Supplier {
    try await calls { connection, metadata in
      try await connection.suppliers.rejectSupplierAccount(
        .with {
          $0.name = account
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func blocks(supplier: String, _ reason: String) async throws -> Bureau_V1_Supplier {
    try await calls { connection, metadata in
      try await connection.suppliers.blockSupplier(
        .with {
          $0.name = supplier
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func unblocks(supplier: String) async throws -> Bureau_V1_Supplier {
    try await calls { connection, metadata in
      try await connection.suppliers.unblockSupplier(
        .with {
          $0.name = supplier
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// The board as this person sees it.
  package func seesBoard() async throws -> [Bureau_V1_BoardRow] {
    let parent = bureau.name
    return try await calls { connection, metadata in
      try await connection.board.listBoard(.with { $0.parent = parent }, metadata: metadata).rows
    }
  }
}
