package import Primitives

package enum SalaryRules {
  /// The payments of one batch, all complete.
  /// - Parameters:
  ///   - ids: As many as the file has salaries.
  ///   - known: A batch of the company that pays the same.
  package static func importing(
    _ file: SalaryFile, as batch: ID<SalaryBatch>, _ ids: [ID<Payment>],
    format: SalaryBatch.Format, fileDigest: [UInt8], known: ID<SalaryBatch>?, maker: ID<User>,
    of company: Company, at time: Instant
  ) throws(SalaryError) -> [Fact] {
    guard file.payDate >= time.date(in: .centralEuropean) else {
      throw .payDatePassed(file.payDate)
    }
    // Moved to the banking day after it, as other payments are, people would have their salary late.
    let calendar: BankingCalendar =
      company.organisationNumber.country == .se ? .sweden : .norway
    guard calendar.isBankingDay(file.payDate) else {
      throw .payDateClosed(
        file.payDate, before: calendar.bankingDay(onOrBefore: file.payDate))
    }
    if let known { throw .duplicate(known) }
    let imported = SalaryBatchImported(
      batch: batch, format: format, fileDigest: fileDigest, contentDigest: file.contentDigest,
      payDate: file.payDate, paymentCount: file.salaries.count, total: file.total)
    return [.salaryBatchImported(imported)]
      + zip(file.salaries, ids).map { salary, payment in
        .paymentProposed(
          PaymentProposed(
            payment: payment, state: .proposalComplete, invoiceNumber: salary.employee,
            supplierKey: SalaryBatch.supplierKey, terms: salary.terms, asWritten: AsWritten(),
            warnings: [], maker: maker, salary: batch))
      }
  }
}

extension PaymentTerms {
  /// Whether a bank takes it as salary: iso20022.md, "Salary".
  var isFitForSalary: Bool {
    if let reference {
      guard case .message = reference else { return false }
    }
    guard let account = creditorAccount else { return true }
    let domestic: Currency =
      switch account.country {
      case .no: .nok
      case .se: .sek
      default: .eur
      }
    return account.isPersonal && amount.currency == domestic && domestic != .eur
  }
}
