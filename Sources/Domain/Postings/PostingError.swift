/// Why a voucher is not shown.
package enum PostingError: Refusal, Equatable {
  case notFound

  package var kind: RefusalKind { .notFound }
  package var reason: String { "VOUCHER_NOT_FOUND" }
  package var message: String { "There is no such voucher." }
}
