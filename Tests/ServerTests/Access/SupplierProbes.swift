import BureauAPI
import Foundation
import SwiftProtobuf

extension Probes {
  /// Suppliers and their accounts.
  static let suppliers: [String: Make] = [
    "bureau.v1.OpenItemService/ImportOpenItems": probe(Bureau_V1_ImportOpenItemsRequest.self) {
      $0.parent = $1.company
      $0.content = Data("x".utf8)
      $0.requestID = $1.requestID
    },
    "bureau.v1.OpenItemService/SubmitOpenItems": probe(Bureau_V1_SubmitOpenItemsRequest.self) {
      $0.parent = $1.company
      $0.items = [.with { $0.kind = .payment }]
      $0.requestID = $1.requestID
    },
    "bureau.v1.OpenItemService/ListOpenItems": probe(Bureau_V1_ListOpenItemsRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.OpenItemService/LinkOpenItems": probe(Bureau_V1_LinkOpenItemsRequest.self) {
      $0.payment = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.OpenItemService/UnlinkOpenItems": probe(Bureau_V1_UnlinkOpenItemsRequest.self) {
      $0.payment = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/DismissDuplicates": probe(Bureau_V1_DismissDuplicatesRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
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
