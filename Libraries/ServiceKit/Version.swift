/// The version of the platform; all services of a release have the same.
public enum Version {
    public static let text = "0.1.0"
}
