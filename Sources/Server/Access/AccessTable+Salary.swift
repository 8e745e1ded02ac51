extension AccessTable {
  static let salaries: [AccessRule] = [
    rule("SalaryService", "ImportSalaryBatch", payroll, leavesFact: true),
    rule("SalaryService", "GetSalaryBatch", payroll),
    rule("SalaryService", "ListSalaryBatches", payroll),
  ]
}
