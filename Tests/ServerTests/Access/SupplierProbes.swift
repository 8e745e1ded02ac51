import BureauAPI
import SwiftProtobuf

extension Probes {
  /// Suppliers and their accounts.
  static let suppliers: [String: Make] = [
    "bureau.v1.SupplierService/GetSupplier": probe(Bureau_V1_GetSupplierRequest.self) {
      $0.name = "\($1.company)/suppliers/\($1.nothing)"
    },
    "bureau.v1.SupplierService/ListSuppliers": probe(Bureau_V1_ListSuppliersRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.SupplierService/ListSupplierEvents": probe(
      Bureau_V1_ListSupplierEventsRequest.self
    ) { $0.parent = "\($1.company)/suppliers/\($1.nothing)" },
    "bureau.v1.SupplierService/ConfirmSupplierAccounts": probe(
      Bureau_V1_ConfirmSupplierAccountsRequest.self
    ) {
      $0.parent = $1.company
      $0.accounts = ["\($1.company)/suppliers/\($1.nothing)/accounts/\($1.nothing)"]
      $0.requestID = $1.requestID
    },
    "bureau.v1.SupplierService/RejectSupplierAccount": probe(
      Bureau_V1_RejectSupplierAccountRequest.self
    ) {
      $0.name = "\($1.company)/suppliers/\($1.nothing)/accounts/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.SupplierService/BlockSupplier": probe(Bureau_V1_BlockSupplierRequest.self) {
      $0.name = "\($1.company)/suppliers/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.SupplierService/UnblockSupplier": probe(Bureau_V1_UnblockSupplierRequest.self) {
      $0.name = "\($1.company)/suppliers/\($1.nothing)"
      $0.requestID = $1.requestID
    },
  ]
}
