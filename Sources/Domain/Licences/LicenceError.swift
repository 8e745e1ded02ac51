/// Why something is not licensed, in the order it is checked.
package enum LicenceError: Refusal, Equatable {
  case packagesMissing
  case packageUnknown(String)
  case administratorUnknown
  case exists
  case missing
  case accepted
  case otherPerson
  case termsUnknown(String)
  case packageTwice(ServicePackage)
  case accessElsewhere(ModuleAccess, ServicePackage)
  case notLicensed(ServicePackage)
  case packageMissing(ServicePackage, onBureau: Bool)
  case accessMissing(ModuleAccess, onBureau: Bool)

  package var kind: RefusalKind {
    switch self {
    case .packagesMissing, .packageUnknown, .packageTwice, .accessElsewhere, .termsUnknown:
      .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .packagesMissing: "LICENCE_PACKAGES_MISSING"
    case .packageUnknown: "PACKAGE_UNKNOWN"
    case .administratorUnknown: "LICENCE_ADMINISTRATOR_UNKNOWN"
    case .exists: "LICENCE_EXISTS"
    case .missing: "LICENCE_MISSING"
    case .accepted: "TERMS_ACCEPTED"
    case .otherPerson: "TERMS_OTHER_PERSON"
    case .termsUnknown: "TERMS_UNKNOWN"
    case .packageTwice: "PACKAGE_TWICE"
    case .accessElsewhere: "PACKAGE_ACCESS_ELSEWHERE"
    case .notLicensed: "PACKAGE_NOT_LICENSED"
    case .packageMissing: "PACKAGE_MISSING"
    case .accessMissing: "PACKAGE_ACCESS_MISSING"
    }
  }

  package var field: String? {
    switch self {
    case .packagesMissing, .packageUnknown, .packageTwice, .accessElsewhere, .notLicensed:
      "packages"
    case .termsUnknown: "version"
    case .administratorUnknown: "administrator_email"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .packagesMissing: "The order names no package; name at least one."
    case .packageUnknown(let name): "There is no package or access called \(name)."
    case .administratorUnknown:
      "No customer administrator of the bureau has this name and mail address; name one who has."
    case .exists: "The licence holds these packages already."
    case .missing:
      "The bureau has no licence in force: order it, and let the person named accept the terms."
    case .accepted: "The terms of this licence are accepted already."
    case .otherPerson: "The terms are accepted by the person whom the order names."
    case .termsUnknown(let version): "The terms to accept are those of version \(version)."
    case .packageTwice(let package): "The package \(package.rawValue) is named twice."
    case .accessElsewhere(let access, let package):
      "The access \(access.rawValue) is not inside the package \(package.rawValue)."
    case .notLicensed(let package):
      "The licence does not hold the package \(package.rawValue); order it first."
    case .packageMissing(let package, let onBureau):
      "The package \(package.rawValue) is not in use \(Self.at(onBureau)): there is no access "
        + "without it."
    case .accessMissing(let access, let onBureau):
      "The access \(access.rawValue) of the package \(access.package.rawValue) is not chosen "
        + "\(Self.at(onBureau))."
    }
  }

  private static func at(_ onBureau: Bool) -> String {
    onBureau ? "on the bureau" : "for the company"
  }

  package var metadata: [String: String] {
    switch self {
    case .packageMissing(let package, let onBureau):
      ["package": package.rawValue, "place": onBureau ? "bureau" : "company"]
    case .accessMissing(let access, let onBureau):
      [
        "package": access.package.rawValue, "access": access.rawValue,
        "place": onBureau ? "bureau" : "company",
      ]
    default: [:]
    }
  }
}
