package import Primitives

/// Why something about salaries is refused, in the order it is checked.
package enum SalaryError: Refusal, Equatable {
  case batchNotFound
  case fileMissing
  case fileTooLarge(limit: Int)
  case formatMissing
  case unreadable(String)
  case otherCompany
  case payDateMissing
  case payDateInvalid(String)
  case nothingToPay
  case tooMany(limit: Int)
  /// 0: no line is known.
  case rowInvalid(line: Int, String)
  case rowTwice(line: Int, other: Int)
  case payDatePassed(CalendarDate)
  case payDateClosed(CalendarDate, before: CalendarDate)
  case duplicate(ID<SalaryBatch>)

  package var kind: RefusalKind {
    switch self {
    case .batchNotFound: .notFound
    case .payDatePassed, .duplicate: .failedPrecondition
    default: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .batchNotFound: "SALARY_BATCH_NOT_FOUND"
    case .fileMissing: "SALARY_FILE_MISSING"
    case .fileTooLarge: "SALARY_FILE_TOO_LARGE"
    case .formatMissing: "SALARY_FORMAT_MISSING"
    case .unreadable: "SALARY_FILE_UNREADABLE"
    case .otherCompany: "SALARY_OTHER_COMPANY"
    case .payDateMissing: "SALARY_PAY_DATE_MISSING"
    case .payDateInvalid: "SALARY_PAY_DATE_INVALID"
    case .nothingToPay: "SALARY_NOTHING_TO_PAY"
    case .tooMany: "SALARY_TOO_MANY"
    case .rowInvalid: "SALARY_ROW_INVALID"
    case .rowTwice: "SALARY_ROW_TWICE"
    case .payDatePassed: "SALARY_PAY_DATE_PASSED"
    case .payDateClosed: "SALARY_PAY_DATE_CLOSED"
    case .duplicate: "SALARY_DUPLICATE"
    }
  }

  package var field: String? {
    switch self {
    case .formatMissing: "format"
    case .payDateMissing, .payDateInvalid, .payDatePassed, .payDateClosed: "pay_date"
    case .batchNotFound: nil
    default: "content"
    }
  }

  package var message: String {
    switch self {
    case .batchNotFound: "There is no such batch of salaries."
    case .fileMissing: "The request holds no file."
    case .fileTooLarge(let limit): "A file of salaries has at most \(limit) bytes; divide it."
    case .formatMissing: "Say in which format the file is: CSV or PAIN_001."
    case .unreadable(let why): "The file cannot be read as salaries: \(why)."
    case .otherCompany: "The file pays from another company, by its organisation number."
    case .payDateMissing: "Give the pay day: a table names none."
    case .payDateInvalid(let text): "\(text) is no date; write it as 2026-03-25."
    case .nothingToPay: "The file pays nobody."
    case .tooMany(let limit): "A batch has at most \(limit) salaries; divide it."
    case .rowInvalid(0, let why): why
    case .rowInvalid(let line, let why): "Line \(line): \(why)"
    case .rowTwice(let line, let other):
      "Line \(line) pays the same as line \(other); tell them apart by their text if both are meant."
    case .payDatePassed(let date): "The pay day \(date.iso) has passed."
    case .payDateClosed(let date, let before):
      "\(date.iso) is no banking day; the one before it is \(before.iso)."
    case .duplicate(let batch):
      "The same salaries for the same day are here already, in batch \(batch.hex)."
    }
  }
}
