package openehrconnectors.ehrbase;

import java.io.IOException;
import org.ehrbase.configuration.EhrBaseServerConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.context.annotation.Import;

/** EHRbase configures its own security; Spring Boot's would lock every page behind a generated password. */
@SpringBootApplication(exclude = {ManagementWebSecurityAutoConfiguration.class, SecurityAutoConfiguration.class})
@Import(EhrBaseServerConfiguration.class)
public class Ehrbase {
  public static void main(String[] args) {
    Thread.ofPlatform().daemon().start(Ehrbase::endWithStandardInput);
    SpringApplication.run(Ehrbase.class, args);
  }

  /** Whoever started this process holds the other end: when it is gone, however it went, the server goes too. */
  private static void endWithStandardInput() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException closed) {
      // The same as its end.
    }
    Runtime.getRuntime().halt(0);
  }
}
