package import Primitives

/// The salaries of one pay day as they came in.
package struct SalaryBatch: Sendable, Equatable {
  package enum Format: String, Sendable, CaseIterable {
    case csv, pain001
  }

  package var id: ID<SalaryBatch>
  package var payDate: CalendarDate
  /// As imported.
  package var paymentCount: Int
  package var total: Money
  package var createTime: Instant
  /// SHA-256 of the file.
  package var fileDigest: [UInt8]

  package init(
    id: ID<SalaryBatch>, payDate: CalendarDate, paymentCount: Int, total: Money,
    createTime: Instant, fileDigest: [UInt8]
  ) {
    self.id = id
    self.payDate = payDate
    self.paymentCount = paymentCount
    self.total = total
    self.createTime = createTime
    self.fileDigest = fileDigest
  }

  /// Salaries of one batch: they fit one voucher.
  package static let limit = Payment.bundleLimit
  /// Bytes of one file.
  package static let fileLimit = 1 << 20
  /// ISO 20022 `CtgyPurp/Cd`: the bank books the group as one lump and tells nobody its parts.
  package static let categoryPurpose = "SALA"
  /// Stands where other payments have their supplier.
  package static let supplierKey = "salary"
}

package struct SalaryBatchImported: Sendable, Equatable {
  package var batch: ID<SalaryBatch>
  package var format: SalaryBatch.Format
  package var fileDigest: [UInt8]
  /// SHA-256 of what it pays, whatever the form of the file.
  package var contentDigest: [UInt8]
  package var payDate: CalendarDate
  package var paymentCount: Int
  package var total: Money

  package init(
    batch: ID<SalaryBatch>, format: SalaryBatch.Format, fileDigest: [UInt8],
    contentDigest: [UInt8], payDate: CalendarDate, paymentCount: Int, total: Money
  ) {
    self.batch = batch
    self.format = format
    self.fileDigest = fileDigest
    self.contentDigest = contentDigest
    self.payDate = payDate
    self.paymentCount = paymentCount
    self.total = total
  }
}

/// Whether salaries are there for whoever looks. For those without the right they are as if absent:
/// in lists, sums, searches, histories and files, and asked for by name.
package enum SalarySight: Sendable, Equatable {
  case hidden, shown

  /// By what somebody holds in the company or in the whole bureau.
  package init(_ roles: Set<Role>) { self = roles.contains(.payroll) ? .shown : .hidden }

  package func shows(_ payment: Payment) -> Bool { self == .shown || payment.salary == nil }
}
